// The way into search, and the words that led here. Search itself is loaded when it is wanted.
(function () {
  'use strict';

  /** Search is loaded when somebody asks for it: by the button, `/`, Ctrl-K or `?q=`. */
  function search() {
    var button = /** @type {HTMLAnchorElement | null} */ (document.querySelector('.search-open'));
    var url = document.body.dataset.searchJs;
    if (!button || !url) return;
    var bindery = /** @type {any} */ (window).bindery = /** @type {any} */ (window).bindery || {};
    /** @type {Promise<void> | null} */
    var loading = null;
    /** @returns {Promise<void>} */
    function load() {
      loading = loading || new Promise(function (resolve, reject) {
        var script = document.createElement('script');
        script.src = url || '';
        // A page to sign in comes as a file that says nothing.
        var done = function () {
          if (bindery.openSearch) return resolve();
          loading = null;
          script.remove();
          reject(new Error('unloaded'));
        };
        script.addEventListener('load', done);
        script.addEventListener('error', done);
        document.head.append(script);
      });
      return loading;
    }
    /** @param {string} [query] */
    function open(query) {
      if (bindery.openSearch) return bindery.openSearch(query);
      load().then(function () { bindery.openSearch(query); }, function () { if (button) location.href = button.href; });
    }
    // What other scripts call before anybody opened the dialog.
    if (!bindery.search) {
      bindery.search = function (/** @type {string} */ query, /** @type {any} */ options) {
        return load().then(function () { return bindery.search(query, options); });
      };
    }
    button.addEventListener('click', function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector('.search-page')) return;
      event.preventDefault();
      open();
    });
    document.addEventListener('keydown', function (event) {
      var at = /** @type {HTMLElement} */ (event.target);
      var typing = at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
      if (document.querySelector('dialog[open]:not(.search-dialog)')) return;
      if ((event.key === '/' && bindery.hasKeys() && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) ||
          (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        var field = /** @type {HTMLElement | null} */ (document.querySelector('.search-page input'));
        if (field) field.focus(); else open();
      }
    });
    var status = document.querySelector('.search-page .search-status');
    if (status) {
      var unloaded = document.body.dataset.searchUnloaded || '', said = status;
      window.addEventListener('load', function () { if (!bindery.ask) said.textContent = unloaded; });
    }
    var asked = new URLSearchParams(location.search).get('q');
    if (asked && !document.querySelector('.search-page')) open(asked);
  }

  /** Marks, at the place that the address names, the words that led here, and shows the best of them. */
  function marks() {
    var said = new URLSearchParams(location.search).get('mark');
    if (!said) return;
    var id = decodeURIComponent(location.hash.slice(1));
    var place = (id && document.getElementById(id)) || document.querySelector('.content');
    if (!place) return;
    var words = Array.from(new Set(said.split(/\s+/))).slice(0, 50).filter(Boolean)
      .sort(function (a, b) { return b.length - a.length; })
      .map(function (word) {
        // Where words have no spaces between them, they have no ends.
        var ends = /[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/.test(word) ? '' : '(?![\\p{L}\\p{N}_])';
        return (ends ? '(?<![\\p{L}\\p{N}_])' : '') + word.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&') + ends;
      });
    if (!words.length) return;
    var found = new RegExp(words.join('|'), 'giu');
    // Under a heading stands what follows it, up to the next.
    var parts = [place];
    if (/^H[1-6]$/.test(place.tagName)) {
      for (var next = place.nextElementSibling; next && !/^H[1-6]$/.test(next.tagName); next = next.nextElementSibling) parts.push(next);
    }
    /** @type {{text: Text, start: number, length: number, word: string, at: number}[]} */
    var hits = [];
    var at = 0;
    parts.forEach(function (part) {
      var walk = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      while (walk.nextNode() && hits.length < 5000) {
        var text = /** @type {Text} */ (walk.currentNode);
        if (!text.parentElement || text.parentElement.closest('math, .permalink, button, summary')) continue;
        for (var hit of text.data.matchAll(found)) {
          hits.push({ text: text, start: hit.index || 0, length: hit[0].length, word: hit[0].toLowerCase(), at: at + (hit.index || 0) });
        }
        at += text.data.length;
      }
    });
    // The stretch that says most of it.
    var best = 0, most = 0;
    hits.forEach(function (hit, from) {
      var seen = new Set();
      for (var to = from; to < hits.length && hits[to].at - hit.at < 200; to++) seen.add(hits[to].word);
      if (seen.size > most) { most = seen.size; best = from; }
    });
    /** @type {HTMLElement | null} */
    var first = null;
    var start = Math.max(0, best - 20);
    // From the end, so that what stands before in a text stays where it is.
    hits.slice(start, start + 60).reverse().forEach(function (hit) {
      var rest = hit.text.splitText(hit.start);
      rest.splitText(hit.length);
      var mark = document.createElement('mark');
      mark.className = 'found-here';
      rest.replaceWith(mark);
      mark.append(rest);
      if (hit === hits[best]) first = mark;
    });
    var shown = /** @type {HTMLElement | null} */ (first);
    if (!shown) return;
    for (var above = shown.parentElement; above; above = above.parentElement) {
      if (above instanceof HTMLDetailsElement) above.open = true;
    }
    var seen = shown;
    requestAnimationFrame(function () { seen.scrollIntoView({ block: 'center' }); });
  }

  /** @type {any} */ (window).bindery.parts(search, marks);
})();
