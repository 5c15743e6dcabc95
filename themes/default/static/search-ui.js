// Search in the page: the dialog, the page of search, and how files of the index are loaded. The
// answers come from search.js, which stands before it in the same file.
(function () {
  'use strict';

  var bindery = /** @type {any} */ (window).bindery;
  var root = document.body.dataset.root || '', title = document.body.dataset.search || 'Search';

  bindery.fetch = function (/** @type {string} */ path) {
    return new Promise(function (resolve, reject) {
      var script = document.createElement('script');
      script.src = root + '_bindery/search/' + path;
      script.onload = function () { script.remove(); resolve(undefined); };
      script.onerror = function () { script.remove(); reject(new Error('unloaded')); };
      document.head.append(script);
    });
  };

  /** @param {string} name @param {string} [className] @param {string} [text] @returns {any} */
  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // What was searched before

  var KEY = document.documentElement.dataset.store + 'searches';
  /** @returns {string[]} */
  function recent() {
    try {
      var old = JSON.parse(localStorage.getItem(KEY) || '[]');
      return Array.isArray(old) ? old.filter(function (text) { return typeof text === 'string'; }) : [];
    } catch (error) { return []; }
  }
  /** @param {string} query */
  function remember(query) {
    try {
      localStorage.setItem(KEY, JSON.stringify([query].concat(recent().filter(function (old) { return old !== query; })).slice(0, 6)));
    } catch (error) { /* Without storage nothing is remembered. */ }
  }

  // Results

  /** @param {HTMLElement} into @param {[string, boolean][]} pieces */
  function write(into, pieces) {
    pieces.forEach(function (piece) { into.append(piece[1] ? element('mark', '', piece[0]) : piece[0]); });
  }

  /** A link to a place on a page that marks there what is shown as found. @param {string} className @param {string} link @param {any} shown @param {string} query */
  function to(className, link, shown, query) {
    var made = element('a', className), at = link.indexOf('#'), words = new Set();
    var anchor = at < 0 ? '' : link.slice(at);
    if (shown) shown.pieces.forEach(function (/** @type {[string, boolean]} */ piece) { if (piece[1]) words.add(piece[0]); });
    made.href = root + link.slice(0, link.length - anchor.length) +
      (words.size ? '?mark=' + encodeURIComponent(Array.from(words).slice(0, 16).join(' ')) : '') + anchor;
    made.addEventListener('click', function () { remember(query); });
    return made;
  }

  /** @param {any} shown */
  function excerpt(shown) {
    var text = element('span', 'found-text found-' + shown.kind);
    if (shown.before) text.append('… ');
    write(text, shown.pieces);
    if (shown.after) text.append(' …');
    return text;
  }

  /** A page, the place on it that says most, and others. @param {any} one @param {string} query */
  function group(one, query) {
    var made = element('div', 'found-group'), link = to('found', one.link, one.shown, query), head = element('span', 'found-title');
    write(head, one.head);
    if (one.shown && one.shown.heading) {
      var under = element('span', 'found-heading', ' › ');
      write(under, one.shown.head);
      head.append(under);
    }
    link.append(head);
    if (one.crumbs.length) link.append(element('span', 'found-crumbs', one.crumbs.join(' / ')));
    if (one.shown && one.shown.pieces.length) link.append(excerpt(one.shown));
    made.append(link);
    one.more.forEach(function (/** @type {any} */ shown) {
      var other = to('found found-more', shown.link, shown, query);
      if (shown.heading && shown.heading !== one.shown.heading) other.append(element('span', 'found-heading', shown.heading));
      other.append(excerpt(shown));
      made.append(other);
    });
    return made;
  }

  // An input and its list

  /**
   * Makes an input search into a list.
   * @param {HTMLInputElement} input @param {HTMLElement} list @param {HTMLElement} status @param {HTMLElement} chips
   * @param {number} limit @param {function(string): void} [told] takes each query
   */
  function connect(input, list, status, chips, limit, told) {
    var turn = 0, timer = 0, shownFor = '';
    /** @param {string} text */
    function say(text) { status.textContent = text || ''; }
    /** @returns {HTMLElement[]} */
    function stops() { return Array.from(chips.querySelectorAll('button')).concat(Array.from(list.querySelectorAll('a, button'))); }
    /** @param {string} className @param {string} text @param {string} query */
    function suggest(className, text, query) {
      var button = element('button', className, text);
      button.type = 'button';
      button.addEventListener('click', function () { input.value = query; input.focus(); update(); });
      return button;
    }
    /** Offers what the filter being typed can be. @param {number} now */
    function complete(now) {
      var typed = (/(?:^|\s)-?([\p{L}_-]*:?[^\s"]*)$/u.exec(input.value) || ['', ''])[1];
      var isKey = typed.indexOf(':') < 0;
      if (isKey && typed.length < 2 && input.value.trim()) return chips.replaceChildren();
      bindery.filters(typed).then(function (/** @type {{filter: string, count: number}[]} */ all) {
        if (now !== turn) return;
        var before = input.value.slice(0, input.value.length - typed.length);
        chips.replaceChildren.apply(chips, all.filter(function (one) { return one.filter !== typed; }).slice(0, 8).map(function (one) {
          var chip = suggest('search-chip', one.filter, before + one.filter + (isKey ? '' : ' '));
          if (one.count) chip.append(element('small', '', String(one.count)));
          return chip;
        }));
      }, function () { chips.replaceChildren(); });
    }
    /** @param {string} query @param {any} found @param {any} labels */
    function show(query, found, labels) {
      list.replaceChildren.apply(list, found.results.map(function (/** @type {any} */ one) { return group(one, query); }));
      /** @param {string} label @param {string} text */
      function say_of(label, text) { return label.replace('{q}', function () { return text; }); }
      var count = found.many ? labels.many : found.results.length === 1 ? labels.one : labels.some.replace('{n}', String(found.results.length));
      var fixed = found.hints.reduce(function (/** @type {string} */ text, /** @type {any} */ hint) {
        var word = new RegExp('(^|[^\\p{L}\\p{N}_])' + hint.word + '(?![\\p{L}\\p{N}_])', 'u');
        return text.replace(word, function (all, before) { return before + hint.near; });
      }, query);
      if (!found.results.length) {
        count = say_of(labels.none, query);
        var all = element('a', 'found found-browse', labels.browse);
        all.href = root + 'all.html';
        list.append(all);
        if (found.nearest.length) list.append(element('p', 'search-nearest', labels.nearest));
        found.nearest.forEach(function (/** @type {any} */ one) { list.append(group(one, query)); });
      }
      if (fixed !== query) {
        list.prepend(suggest('found-hint', say_of(labels.did_you_mean, fixed), fixed));
        count += ' · ' + say_of(labels.did_you_mean, fixed);
      }
      say(count);
    }
    /** @returns {Promise<void>} */
    function update() {
      var query = input.value.trim(), now = ++turn;
      clearTimeout(timer);
      timer = 0;
      if (told) told(query);
      complete(now);
      list.setAttribute('aria-busy', 'true');
      return Promise.all([bindery.labels(), query ? bindery.ask(input.value, { limit: limit }) : null]).then(function (both) {
        if (now !== turn) return;
        if (query) {
          show(query, both[1], both[0]);
        } else {
          var old = recent();
          say(old.length ? both[0].recent : both[0].start);
          list.replaceChildren.apply(list, old.map(function (text) { return suggest('found-hint', text, text); }));
        }
        shownFor = query;
      }, function () {
        if (now !== turn) return;
        list.replaceChildren();
        say(document.body.dataset.searchUnloaded || '');
      }).then(function () { if (now === turn) list.removeAttribute('aria-busy'); });
    }
    /** Goes to the best result. */
    function go() {
      var first = list.querySelector('.found-browse') ? null : /** @type {HTMLElement | null} */ (list.querySelector('a.found') || list.querySelector('button'));
      if (first) first.click();
    }
    input.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(update, 60); });
    input.addEventListener('keydown', function (event) {
      // Enter that ends a composition is none of ours.
      if (event.isComposing || (event.key !== 'Enter' && event.key !== 'ArrowDown')) return;
      event.preventDefault();
      if (event.key === 'ArrowDown') {
        if (stops()[0]) stops()[0].focus();
      } else if (shownFor === input.value.trim() && !timer) {
        go();
      } else {
        // What is shown is of an older query.
        var wanted = input.value.trim();
        update().then(function () { if (shownFor === wanted && wanted) go(); });
      }
    });
    [chips, list].forEach(function (part) {
      part.addEventListener('keydown', function (event) {
        var all = stops(), at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
        var next = event.key === 'ArrowDown' ? all[at + 1] : event.key === 'ArrowUp' ? all[at - 1] || input : null;
        if (next) { event.preventDefault(); next.focus(); }
      });
    });
    update();
    return update;
  }

  /** @type {HTMLDialogElement | null} */
  var dialog = null;
  bindery.openSearch = function (/** @type {string} */ query) {
    if (!dialog) {
      var made = dialog = element('dialog', 'search-dialog b-ui');
      var input = element('input', 'search-input'), status = element('p', 'search-status'), chips = element('div', 'search-chips'), list = element('div', 'search-list');
      input.type = 'search';
      input.placeholder = title;
      input.autocomplete = 'off';
      input.spellcheck = false;
      input.setAttribute('aria-label', title);
      status.setAttribute('role', 'status');
      made.setAttribute('aria-label', title);
      made.append(input, chips, status, list);
      made.addEventListener('click', function (/** @type {Event} */ event) { if (event.target === made) made.close(); });
      document.body.append(made);
      connect(input, list, status, chips, 8);
    }
    var open = /** @type {HTMLDialogElement} */ (dialog), field = /** @type {HTMLInputElement} */ (open.querySelector('input'));
    if (!open.open) open.showModal();
    if (query) { field.value = query; field.dispatchEvent(new Event('input')); }
    field.select();
  };

  // The page of search

  var page = document.querySelector('.search-page');
  if (page) {
    /** @param {string} name @returns {any} */
    var of = function (name) { return /** @type {Element} */ (page).querySelector(name); };
    var field = of('input'), filters = of('.search-filters');
    field.value = new URLSearchParams(location.search).get('q') || '';
    /** @param {string} query */
    var told = function (query) {
      history.replaceState(null, '', location.pathname + (query ? '?q=' + encodeURIComponent(query) : ''));
      filters.querySelectorAll('button').forEach(function (/** @type {HTMLElement} */ button) {
        button.setAttribute('aria-pressed', String((' ' + query + ' ').indexOf(' ' + button.dataset.filter + ' ') >= 0));
      });
    };
    var update = connect(field, of('.search-list'), of('.search-status'), of('.search-chips'), 20, told);
    bindery.filters('').then(function (/** @type {any[]} */ keys) {
      keys.forEach(function (key) {
        var box = element('details', 'search-filter');
        box.append(element('summary', '', key.filter.slice(0, -1)));
        box.addEventListener('toggle', function () {
          if (box.childElementCount > 1) return;
          bindery.filters(key.filter).then(function (/** @type {any[]} */ all) {
            all.slice(0, 40).forEach(function (one) {
              var button = element('button', 'search-chip', one.filter.slice(key.filter.length));
              button.type = 'button';
              button.dataset.filter = one.filter;
              button.append(element('small', '', String(one.count)));
              button.addEventListener('click', function () {
                var words = field.value.split(/\s+/).filter(Boolean), rest = words.filter(function (/** @type {string} */ word) { return word !== one.filter; });
                field.value = (rest.length < words.length ? rest : words.concat(one.filter)).join(' ');
                update();
              });
              box.append(button);
            });
            told(field.value.trim());
          });
        });
        filters.append(box);
      });
    }, function () { /* The list says that the index did not load. */ });
  }
})();
