// The filter over a list of pages: by words, by what the pages say of themselves, in another order.
(function () {
  'use strict';

  var bindery = /** @type {any} */ (window).bindery, make = bindery.make;

  /**
   * A page of the list: its row, what it is filtered by, what it is sorted by.
   * @typedef {{row: HTMLElement | null, url: string, title: string, description: string, date: string, facts: string[], text: string, place: number}} Entry
   */

  /** How many rows are shown at once. */
  var MOST = 500;

  /** @param {any[]} said @param {number} place @returns {Entry} */
  function entry(said, place) {
    var facts = String(said[4] || '').split('\n').filter(Boolean);
    return {
      row: said[6] || null, title: said[0], url: said[1], description: said[2] || '', date: said[3] || '', facts: facts,
      text: [said[0], said[2], facts.join(' ')].join(' ').toLowerCase(), place: place
    };
  }

  /** @param {Entry} one @param {string} key @returns {string[]} */
  function values(one, key) {
    return one.facts.filter(function (fact) { return fact.startsWith(key + ':'); }).map(function (fact) { return fact.slice(key.length + 1); });
  }

  function filter() {
    var found = /** @type {HTMLElement | null} */ (document.querySelector('.filter'));
    var rows = /** @type {HTMLElement | null} */ (document.querySelector('.rows'));
    if (!found || !rows) return;
    var box = found, list = rows, said = box.dataset, parts = document.querySelector('.parts');
    var own = Array.from(list.children).map(function (row, place) {
      var link = /** @type {HTMLAnchorElement} */ (row.querySelector('.row-title')), date = row.querySelector('time'), about = row.querySelector('.row-description');
      return entry([link.textContent, link.href, about && about.textContent, date && date.textContent, /** @type {HTMLElement} */ (row).dataset.facts, '', row], place);
    });
    /** All pages of the list; of a list in several parts they come with a file. @type {Entry[]} */
    var all = own;
    var first = /** @type {HTMLElement} */ (list.children[0]);

    var field = make('input', { type: 'search', placeholder: said.filter || '', 'aria-label': said.filter || '' });
    var line = make('div', { 'class': 'filter-line' }, field), choices = make('div', { 'class': 'filter-line filter-keys' });
    /** @type {{key: string, select: HTMLSelectElement}[]} */
    var keys = Array.from(box.querySelectorAll('[data-key]')).map(function (name) {
      var select = make('select', { 'aria-label': name.textContent || '' });
      choices.append(select);
      return { key: /** @type {HTMLElement} */ (name).dataset.key || '', select: select, name: name.textContent || '' };
    });
    var sort = make('select', { 'class': 'filter-sort', 'aria-label': said.sort || '' });
    [['order', said.order], ['title', said.title], ['changed', said.changed], ['kind', said.kind]].forEach(function (way) {
      sort.append(make('option', { value: way[0] }, '↕ ' + way[1]));
    });
    var clear = make('button', { type: 'button', hidden: '' }, said.clear || '');
    line.append(sort, clear);
    var status = make('p', { 'class': 'filter-status', role: 'status' });
    box.replaceChildren(line, choices, status);
    box.hidden = false;

    /** What fits the words and all choices but those of one key. @param {string} [but] @returns {Entry[]} */
    function fitting(but) {
      var words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      var chosen = keys.filter(function (one) { return one.select.value && one.key !== but; });
      return all.filter(function (one) {
        return words.every(function (/** @type {string} */ word) { return one.text.includes(word); }) &&
          chosen.every(function (key) { return values(one, key.key).includes(key.select.value); });
      });
    }

    /** Fills the choices with what would leave a page, and how many. */
    function offer() {
      keys.forEach(function (one) {
        var counts = new Map(), chosen = one.select.value;
        fitting(one.key).forEach(function (page) { values(page, one.key).forEach(function (value) { counts.set(value, (counts.get(value) || 0) + 1); }); });
        if (chosen && !counts.has(chosen)) counts.set(chosen, 0);
        var name = /** @type {any} */ (one).name;
        one.select.replaceChildren(make('option', { value: '' }, name + ' · ' + said.any));
        Array.from(counts.keys()).sort(function (a, b) { return a.localeCompare(b, undefined, { numeric: true }); }).forEach(function (value) {
          one.select.append(make('option', { value: value }, (value === chosen ? name + ' · ' : '') + value + ' (' + counts.get(value) + ')'));
        });
        one.select.value = chosen;
      });
    }

    /** The row of a page that stands in another part of the list. @param {Entry} one */
    function rowOf(one) {
      if (one.row) return one.row;
      var row = /** @type {HTMLElement} */ (first.cloneNode(false));
      row.className = 'row';
      row.append(make('a', { 'class': 'row-title', href: (document.body.dataset.root || '') + one.url }, one.title));
      var facts = make('span', { 'class': 'row-facts' });
      ['language', 'folder', 'tag'].forEach(function (key) { values(one, key).forEach(function (value) { facts.append(make('span', {}, value)); }); });
      if (one.date) facts.append(make('time', { datetime: one.date }, one.date));
      row.append(facts);
      if (one.description) row.append(make('p', { 'class': 'row-description' }, one.description));
      one.row = row;
      return row;
    }

    var more = make('button', { type: 'button', 'class': 'filter-more', hidden: '' });
    list.after(more);
    /** @param {number} count */
    function offerMore(count) {
      more.hidden = count <= 0;
      more.textContent = bindery.word('more').replace('{n}', String(count));
    }

    function apply() {
      var is = Boolean(field.value.trim() || sort.value !== 'order' || keys.some(function (one) { return one.select.value; }));
      clear.hidden = !is;
      if (parts) /** @type {HTMLElement} */ (parts).hidden = is;
      offer();
      if (!is) {
        list.replaceChildren.apply(list, own.map(rowOf));
        status.textContent = '';
        offerMore(0);
        return;
      }
      var fit = fitting();
      fit.sort(function (a, b) {
        var by = 0;
        if (sort.value === 'title') by = a.title.localeCompare(b.title, undefined, { numeric: true });
        if (sort.value === 'changed') by = b.date < a.date ? -1 : b.date > a.date ? 1 : 0;
        if (sort.value === 'kind') by = (values(a, 'kind')[0] || '').localeCompare(values(b, 'kind')[0] || '');
        return by || a.place - b.place;
      });
      var end = MOST;
      list.replaceChildren.apply(list, fit.slice(0, end).map(rowOf));
      more.onclick = function () {
        fit.slice(end, end + MOST).forEach(function (one) { list.append(rowOf(one)); });
        end += MOST;
        offerMore(fit.length - end);
      };
      offerMore(fit.length - end);
      status.textContent = fit.length ? (said.shown || '').replace('{n}', String(fit.length)).replace('{m}', String(all.length)) : said.none || '';
    }

    /** @type {boolean} */
    var asked = !said.pages;
    function load() {
      if (asked) return;
      asked = true;
      bindery.allPages(said.pages || '').then(function (/** @type {any[][]} */ pages) {
        var only = said.only || '';
        all = pages.map(entry).filter(function (one, place) {
          return !only || one.facts.includes(only) || String(pages[place][5]).split('\n').includes(only);
        });
        apply();
      });
    }
    /** Keeps what is chosen in the address, so that it can be sent and comes back. */
    function keepInAddress() {
      var query = new URLSearchParams();
      if (field.value.trim()) query.set('words', field.value.trim());
      keys.forEach(function (one) { if (one.select.value) query.set('by-' + one.key, one.select.value); });
      if (sort.value !== 'order') query.set('sort', sort.value);
      var text = String(query);
      history.replaceState(null, '', location.pathname + (text ? '?' + text : '') + location.hash);
    }

    /** Chooses what the address says. */
    function takeFromAddress() {
      var query = new URLSearchParams(location.search);
      field.value = query.get('words') || '';
      keys.forEach(function (one) {
        var value = query.get('by-' + one.key);
        if (!value) return;
        one.select.append(make('option', { value: value }, value));
        one.select.value = value;
      });
      if (query.get('sort')) sort.value = query.get('sort');
      if (!sort.value) sort.value = 'order';
      if (!field.value && sort.value === 'order' && !keys.some(function (one) { return one.select.value; })) return offer();
      load();
      apply();
    }

    box.addEventListener('focusin', load);
    box.addEventListener('pointerenter', load);
    box.addEventListener('input', function () { apply(); keepInAddress(); });
    clear.addEventListener('click', function () {
      field.value = '';
      keys.forEach(function (one) { one.select.value = ''; });
      sort.value = 'order';
      apply();
      keepInAddress();
      field.focus();
    });
    takeFromAddress();
  }

  bindery.parts(filter);
})();
