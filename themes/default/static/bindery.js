// What a page can do beyond being read. Every part of it may fail without harm.
(function () {
  'use strict';

  var bindery = /** @type {any} */ (window).bindery = /** @type {any} */ (window).bindery || {};
  var root = document.documentElement;

  /**
   * Runs the parts of a script once the page is there.
   * @param {...function(): void} parts
   */
  bindery.parts = function () {
    var parts = Array.from(arguments);
    function run() {
      parts.forEach(function (part) {
        try { part(); } catch (error) { console.error(error); }
      });
    }
    if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', run);
    else run();
  };

  /** The words of the interface that scripts show. @param {string} key @returns {string} */
  bindery.word = function (key) {
    var words = /** @type {HTMLElement | null} */ (document.querySelector('template.words'));
    return (words && words.dataset[key]) || '';
  };

  /** @param {string} key @param {string} value */
  bindery.keep = function (key, value) {
    try { localStorage.setItem(root.dataset.store + key, value); } catch (error) { /* It holds for this page. */ }
  };

  /**
   * An element with attributes and what is in it.
   * @param {string} name @param {Record<string, string>} [attributes] @param {...(Node | string)} inner
   * @returns {any}
   */
  bindery.make = function (name, attributes) {
    var made = document.createElement(name);
    Object.entries(attributes || {}).forEach(function (pair) { made.setAttribute(pair[0], pair[1]); });
    made.append.apply(made, Array.from(arguments).slice(2));
    return made;
  };

  /** @type {Promise<any[][]> | null} */
  var pages = null;
  /** All pages of the site with what stands in their rows, loaded when somebody asks. @param {string} url @returns {Promise<any[][]>} */
  bindery.allPages = function (url) {
    pages = pages || new Promise(function (resolve) {
      bindery.pages = resolve;
      document.head.append(bindery.make('script', { src: url }));
    });
    return pages;
  };

  /** Copies a text: by the clipboard where the browser lets us, which it does not over plain http. @param {string} text @returns {Promise<void>} */
  bindery.copy = function (text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    var field = bindery.make('textarea', { 'class': 'unseen', readonly: '' });
    field.value = text;
    document.body.append(field);
    field.select();
    var done = document.execCommand('copy');
    field.remove();
    return done ? Promise.resolve() : Promise.reject(new Error('copy'));
  };

  function switchMode() {
    var system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    var shown = root.dataset.mode || system;
    root.dataset.mode = shown === 'dark' ? 'light' : 'dark';
    // Whoever comes back to what would be shown anyway follows the system again.
    var isOwn = root.dataset.mode === (root.dataset.own || system);
    bindery.keep('mode', isOwn ? '' : root.dataset.mode);
    if (isOwn && !root.dataset.own) delete root.dataset.mode;
  }

  /** What was chosen in another tab, or before this page was left, holds here too. */
  function takeMode() {
    var mode = '';
    try { mode = localStorage.getItem(root.dataset.store + 'mode') || root.dataset.own || ''; } catch (error) { return; }
    if (mode) root.dataset.mode = mode; else delete root.dataset.mode;
  }

  function modeSwitch() {
    var button = /** @type {HTMLButtonElement | null} */ (document.querySelector('.mode-switch'));
    if (!button) return;
    button.hidden = false;
    button.addEventListener('click', switchMode);
    window.addEventListener('storage', takeMode);
    window.addEventListener('pageshow', function (event) { if (event.persisted) takeMode(); });
  }

  /** Opens what is folded around the place that the address names. */
  function reveal() {
    var id = '';
    try { id = decodeURIComponent(location.hash.slice(1)); } catch (error) { return; }
    var place = id ? document.getElementById(id) : null;
    if (!place) return;
    for (var at = place.parentElement; at; at = at.parentElement) {
      if (at instanceof HTMLDetailsElement) at.open = true;
      // A tab stands behind its label, and that behind its radio button.
      var radio = at.classList.contains('tab') && at.previousElementSibling && at.previousElementSibling.previousElementSibling;
      if (radio instanceof HTMLInputElement) radio.checked = true;
    }
    place.scrollIntoView();
  }

  /** The navigation: beside the text on wide screens, a drawer on narrow ones. */
  function navigation() {
    var nav = /** @type {HTMLDetailsElement | null} */ (document.querySelector('.site-nav'));
    var opener = /** @type {HTMLButtonElement | null} */ (document.querySelector('.menu-open'));
    if (!nav || !opener) return;
    var tree = /** @type {HTMLElement} */ (nav.querySelector('nav')), home = nav, menu = opener;
    home.open = true;
    menu.hidden = false;
    /** @type {HTMLDialogElement | null} */
    var drawer = null;
    function leave() {
      if (drawer && drawer.open) drawer.close();
      home.append(tree);
    }
    menu.addEventListener('click', function () {
      if (!drawer) {
        var made = bindery.make('dialog', { 'class': 'drawer', 'aria-label': tree.getAttribute('aria-label') || '' });
        var close = bindery.make('button', { type: 'button', 'class': 'drawer-close' }, home.dataset.close || 'Close');
        close.addEventListener('click', function () { made.close(); });
        made.append(close);
        // A tap beside the drawer closes it.
        made.addEventListener('click', function (/** @type {Event} */ event) { if (event.target === made) made.close(); });
        made.addEventListener('close', function () { menu.setAttribute('aria-expanded', 'false'); });
        document.body.append(made);
        drawer = made;
      }
      var shown = /** @type {HTMLDialogElement} */ (drawer);
      shown.append(tree);
      shown.showModal();
      menu.setAttribute('aria-expanded', 'true');
      var here = tree.querySelector('[aria-current="page"]');
      if (here) here.scrollIntoView({ block: 'center' });
    });
    window.matchMedia('(width >= 60rem)').addEventListener('change', leave);
    remember(home, tree);
    filter(tree);
    grip(home);
  }

  /** Keeps where the navigation was scrolled to, from page to page. @param {HTMLElement} nav @param {HTMLElement} tree */
  function remember(nav, tree) {
    var key = root.dataset.store + 'nav-scroll', kept = null;
    try { kept = sessionStorage.getItem(key); } catch (error) { /* The current page is shown then. */ }
    if (kept) nav.scrollTop = Number(kept);
    var here = tree.querySelector('[aria-current="page"]');
    if (here) {
      var box = here.getBoundingClientRect(), frame = nav.getBoundingClientRect();
      if (box.top < frame.top || box.bottom > frame.bottom) nav.scrollTop += box.top - frame.top - frame.height / 3;
    }
    window.addEventListener('pagehide', function () {
      try { sessionStorage.setItem(key, String(nav.scrollTop)); } catch (error) { /* As above. */ }
    });
  }

  /** A field over a long navigation that shows what holds the words in it. @param {HTMLElement} tree */
  function filter(tree) {
    var field = /** @type {HTMLInputElement | null} */ (tree.querySelector('.nav-filter'));
    if (!field) return;
    var input = field, list = /** @type {HTMLElement} */ (tree.querySelector('.nav-list:not(.nav-hits)'));
    var hits = /** @type {HTMLElement} */ (tree.querySelector('.nav-hits'));
    var items = Array.from(list.querySelectorAll('li')), url = input.dataset.pages;
    // Where the list is but a part, what is looked for may stand outside of it.
    var whole = !list.querySelector('.nav-more') || !url;
    input.hidden = false;
    /** @param {any[][]} all @param {string[]} words */
    function show(all, words) {
      var found = all.filter(function (page) {
        var text = String(page[0]).toLowerCase();
        return words.every(function (word) { return text.includes(word); });
      });
      hits.replaceChildren.apply(hits, found.slice(0, 100).map(function (page) {
        return bindery.make('li', {}, bindery.make('a', { href: document.body.dataset.root + page[1] }, page[0]));
      }));
    }
    input.addEventListener('input', function () {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      var elsewhere = Boolean(words.length && !whole);
      hits.hidden = !elsewhere;
      list.hidden = elsewhere;
      if (elsewhere) {
        bindery.allPages(url).then(function (/** @type {any[][]} */ all) { show(all, words); });
        return;
      }
      items.forEach(function (item) {
        var text = (item.textContent || '').toLowerCase();
        item.hidden = !words.every(function (word) { return text.includes(word); });
      });
    });
  }

  /** What draws the navigation wider and narrower. @param {HTMLElement} nav */
  function grip(nav) {
    var list = /** @type {HTMLElement | null} */ (nav.querySelector('.nav-list:not(.nav-hits)'));
    var place = bindery.make('nav', { 'class': 'nav-place', 'aria-label': (list && list.dataset.resize) || '' });
    var handle = bindery.make('div', {
      'class': 'nav-grip', role: 'separator', 'aria-orientation': 'vertical', tabindex: '0', 'aria-label': (list && list.dataset.resize) || '',
      'aria-valuemin': '11', 'aria-valuemax': '30'
    });
    handle.style.height = 'calc(100vh - var(--header))';
    /** @param {number} rem */
    function set(rem) {
      var width = Math.min(30, Math.max(11, rem));
      root.style.setProperty('--nav-width', width + 'rem');
      handle.setAttribute('aria-valuenow', String(Math.round(width)));
      bindery.keep('nav-width', width + 'rem');
    }
    function now() { return parseFloat(getComputedStyle(root).getPropertyValue('--nav-width')); }
    handle.setAttribute('aria-valuenow', String(Math.round(now())));
    handle.addEventListener('pointerdown', function (/** @type {PointerEvent} */ down) {
      var start = now(), size = parseFloat(getComputedStyle(root).fontSize), way = root.dir === 'rtl' ? -1 : 1;
      handle.setPointerCapture(down.pointerId);
      handle.onpointermove = function (/** @type {PointerEvent} */ move) { set(start + way * (move.clientX - down.clientX) / size); };
      handle.onpointerup = handle.onpointercancel = function () { handle.onpointermove = null; };
    });
    handle.addEventListener('keydown', function (/** @type {KeyboardEvent} */ event) {
      var step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) set(now() + step * (root.dir === 'rtl' ? -1 : 1));
    });
    place.append(handle);
    nav.before(place);
  }

  /** The contents: open where they stand beside the text, marked and named where one reads. */
  function contents() {
    var toc = /** @type {HTMLDetailsElement | null} */ (document.querySelector('details.toc'));
    if (!toc) return;
    var box = toc, wide = window.matchMedia('(width >= 80rem)');
    var fit = function () {
      box.open = wide.matches;
      // Beside the text there is nothing to fold.
      /** @type {HTMLElement} */ (box.querySelector('summary')).tabIndex = wide.matches ? -1 : 0;
    };
    fit();
    wide.addEventListener('change', fit);
    box.addEventListener('click', function (event) {
      var at = /** @type {HTMLElement} */ (event.target);
      if (wide.matches ? at.closest('summary') : at.closest('a')) {
        if (wide.matches) event.preventDefault(); else box.open = false;
      }
    });
    var name = box.querySelector('.toc-here');
    var links = Array.from(box.querySelectorAll('a'));
    var places = links.map(function (link) {
      return document.getElementById(decodeURIComponent((link.getAttribute('href') || '').slice(1)));
    });
    var shown = -1, waits = false, led = 0;
    /** Which heading one reads under: the last one above a quarter of the screen. */
    function reading() {
      if (window.innerHeight + window.scrollY >= root.scrollHeight - 4) return places.length - 1;
      var edge = window.innerHeight * 0.25, low = 0, high = places.length;
      while (low < high) {
        var middle = (low + high) >> 1, place = places[middle];
        if (!place || place.getBoundingClientRect().top <= edge) low = middle + 1; else high = middle;
      }
      return low - 1;
    }
    function follow() {
      waits = false;
      if (Date.now() - led < 300) return;
      choose(reading());
    }
    /** @param {number} here */
    function choose(here) {
      if (here === shown) return;
      if (links[shown]) links[shown].removeAttribute('aria-current');
      shown = here;
      var link = links[here];
      if (name) name.textContent = link ? link.textContent : '';
      if (!link) return;
      link.setAttribute('aria-current', 'true');
      // Only the list of contents scrolls, never the page.
      var frame = wide.matches ? box : /** @type {HTMLElement} */ (box.querySelector('nav'));
      if (link.offsetTop < frame.scrollTop + 40 || link.offsetTop > frame.scrollTop + frame.clientHeight - 60) frame.scrollTop = link.offsetTop - frame.clientHeight / 2;
    }
    // A place that somebody chose is the one, even where the page is too short to bring it up.
    function lead() {
      var at = links.findIndex(function (link) { return link.getAttribute('href') === location.hash; });
      if (at < 0) return;
      led = Date.now();
      choose(at);
    }
    window.addEventListener('hashchange', lead);
    window.addEventListener('scroll', function () {
      if (!waits) { waits = true; requestAnimationFrame(follow); }
    }, { passive: true });
    follow();
    lead();
  }

  /** Whether keys do something on their own: whoever speaks to the browser can switch them off. */
  bindery.hasKeys = function () {
    try { return localStorage.getItem(root.dataset.store + 'keys') !== 'off'; } catch (error) { return true; }
  };

  /** Keys that turn pages, switch the mode and show themselves. */
  function keys() {
    var help = /** @type {HTMLDialogElement | null} */ (document.querySelector('dialog.keys'));
    var opener = /** @type {HTMLButtonElement | null} */ (document.querySelector('.keys-open'));
    var on = /** @type {HTMLInputElement | null} */ (document.querySelector('.keys-on'));
    if (opener && help) {
      opener.hidden = false;
      opener.addEventListener('click', function () { if (help) help.showModal(); });
    }
    if (on) {
      on.checked = bindery.hasKeys();
      on.addEventListener('change', function () { bindery.keep('keys', on && on.checked ? '' : 'off'); });
    }
    document.addEventListener('keydown', function (event) {
      var at = /** @type {HTMLElement} */ (event.target);
      // Some keyboards reach brackets by AltGr, which is Ctrl and Alt to some systems.
      if (event.metaKey || (event.ctrlKey && !event.altKey) || at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
      if (document.querySelector('dialog[open]') || !bindery.hasKeys()) return;
      if (event.key === 'm') return switchMode();
      if (event.key === '?' && help) return help.showModal();
      var rel = { '[': 'prev', ']': 'next' }[event.key];
      var link = rel && /** @type {HTMLAnchorElement | null} */ (document.querySelector('[rel="' + rel + '"]'));
      if (link) location.href = link.href;
    });
  }

  /** A report names the cell that is at the top of the screen. */
  function report() {
    var link = /** @type {HTMLAnchorElement | null} */ (document.querySelector('.action-report'));
    if (!link) return;
    var made = link, plain = link.href;
    made.addEventListener('click', function () {
      var seen = Array.from(document.querySelectorAll('.cell[id]')).find(function (cell) { return cell.getBoundingClientRect().bottom > 100; });
      var place = window.scrollY > 200 && seen ? seen.id : '';
      made.href = plain + (place ? encodeURIComponent('\nCell: ' + place) : '');
    });
  }

  /** On paper nothing is folded, whatever the browser's style can do. */
  function paper() {
    /** @type {HTMLDetailsElement[]} */
    var opened = [];
    window.addEventListener('beforeprint', function () {
      opened = Array.from(document.querySelectorAll('main details:not([open])'));
      opened.forEach(function (fold) { fold.open = true; });
    });
    window.addEventListener('afterprint', function () { opened.forEach(function (fold) { fold.open = false; }); });
  }

  /** A copy that is older than it may be says so. */
  function age() {
    var notice = /** @type {HTMLElement | null} */ (document.querySelector('.notice-copy[data-time]'));
    if (!notice) return;
    var days = Math.floor((Date.now() - Date.parse(notice.dataset.time || '')) / 86400000);
    if (!(days > Number(notice.dataset.days))) return;
    notice.classList.add('notice-old');
    notice.append(bindery.make('strong', { role: 'status' }, ' ' + (notice.dataset.old || '').replace('{n}', String(days))));
  }

  /**
   * GitLab's "View on …" appends the path of a page to the URL of the preview, which ends in `#`:
   * from there it leads to the page.
   */
  function route() {
    var path = /^#\/(?!\/)([^\\:]+)$/.exec(location.hash);
    if (path && document.querySelector('.changes')) location.replace((document.body.dataset.root || '') + path[1]);
  }

  bindery.parts(route, age, paper, modeSwitch, navigation, contents, keys, report, reveal);
  window.addEventListener('hashchange', reveal);
})();
