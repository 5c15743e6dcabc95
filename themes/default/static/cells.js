// Tools on cells: copy, wrap, link, enlarge; links to lines; edges of what is wider than the page.
(function () {
  'use strict';

  var bindery = /** @type {any} */ (window).bindery, make = bindery.make;

  var ICONS = {
    copy: '<rect x="8" y="8" width="12" height="12" rx="2"/><path d="M16 8V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v8a2 2 0 0 0 2 2h2"/>',
    done: '<path d="m5 12 5 5 9-10"/>',
    wrap: '<path d="M4 6h16M4 12h13a3 3 0 0 1 0 6h-4M4 18h5m4 0 2-2m-2 2 2 2"/>',
    link: '<path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-6-6l-1 1m2 3.600a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 6 6l1-1"/>',
    enlarge: '<path d="M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7"/>'
  };

  /**
   * A button with an icon and, for those who do not see it, a name.
   * @param {'copy' | 'wrap' | 'link' | 'enlarge'} icon @param {string} name @param {function(HTMLButtonElement): void} act
   * @returns {HTMLButtonElement}
   */
  function button(icon, name, act) {
    var made = make('button', { type: 'button', title: name });
    made.innerHTML = '<svg aria-hidden="true" viewBox="0 0 24 24">' + ICONS[icon] + '</svg>';
    made.append(make('span', { 'class': 'unseen' }, name));
    made.addEventListener('click', function () { act(made); });
    return made;
  }

  /** Copies a text and says so where it was asked for. @param {string} text @param {HTMLButtonElement} asked */
  function copy(text, asked) {
    if (asked.dataset.busy) return;
    bindery.copy(text).then(function () {
      var before = Array.from(asked.childNodes);
      asked.dataset.busy = 'yes';
      asked.innerHTML = '<svg aria-hidden="true" viewBox="0 0 24 24">' + ICONS.done + '</svg>';
      asked.append(make('span', { role: 'status' }, bindery.word('copied')));
      setTimeout(function () { asked.replaceChildren.apply(asked, before); delete asked.dataset.busy; }, 1600);
    }, function () { /* The browser forbids it; the text can still be selected. */ });
  }

  /**
   * The text that runs: without the prompts of a console session and its answers, and without the
   * magic that names the language of a cell.
   * @param {HTMLElement} code
   * @returns {string}
   */
  function runnable(code) {
    var text = (code.textContent || '').replace(/\n+$/, '');
    if (!/language-(console|pycon|shell-session)/.test(code.className)) return text.replace(/^%%\w[^\n]*\n/, '');
    var lines = text.split('\n'), prompt = /^(\(.*?\) ?)?([\w.@~:\/-]*[$#>%] |>>> |\.\.\. )/;
    var own = lines.filter(function (line) { return prompt.test(line); });
    return own.length ? own.map(function (line) { return line.replace(prompt, ''); }).join('\n') : text;
  }

  /** The address of a place on this page. @param {string} id */
  function address(id) { return location.href.replace(/[?#].*$/, '') + '#' + encodeURIComponent(id).replace(/%3D/g, '=').replace(/%3A/g, ':'); }

  /**
   * The buttons that wrap, by what they wrap: code and what it printed share one. They are there
   * where something is too wide.
   * @type {Map<Element, {button: HTMLButtonElement, all: Element[]}>}
   */
  var wrappers = new Map();

  /** @param {Element} pre @returns {HTMLButtonElement} */
  function wrapper(pre) {
    var cell = pre.closest('.cell'), all = [pre];
    if (cell && pre.closest('.cell-input')) all = all.concat(Array.from(cell.querySelectorAll('.output pre.text')));
    function wrapped() { return all.every(function (one) { return one.classList.contains('wrap'); }); }
    var made = button('wrap', bindery.word('wrap'), function () {
      var on = !wrapped();
      made.setAttribute('aria-pressed', String(on));
      all.forEach(function (one) { one.classList.toggle('wrap', on); });
    });
    made.setAttribute('aria-pressed', String(wrapped()));
    made.hidden = true;
    all.forEach(function (one) { wrappers.set(one, { button: made, all: all }); });
    return made;
  }

  function tools() {
    document.querySelectorAll('pre.code').forEach(function (pre) {
      var code = /** @type {HTMLElement | null} */ (pre.querySelector('code'));
      if (!code || !pre.parentElement) return;
      var text = code, frame = pre.parentElement;
      if (!frame.classList.contains('cell-input')) {
        frame = make('div', { 'class': 'code-frame' });
        pre.replaceWith(frame);
        frame.append(pre);
      }
      var cell = pre.closest('.cell[id]'), bar = make('div', { 'class': 'cell-tools b-ui' }, wrapper(pre));
      if (cell) {
        bar.append(button('link', bindery.word('copyLink'), function (made) { copy(address(/** @type {Element} */ (cell).id), made); }));
        lines(/** @type {HTMLElement} */ (pre));
      }
      bar.append(button('copy', bindery.word('copy'), function (made) { copy(runnable(text), made); }));
      frame.append(bar);
    });
    // What has no code to be seen can be linked all the same.
    document.querySelectorAll('.cell-code[id]').forEach(function (cell) {
      if (cell.querySelector('pre.code')) return;
      cell.append(make('div', { 'class': 'cell-tools b-ui' }, button('link', bindery.word('copyLink'), function (made) { copy(address(cell.id), made); })));
    });
    document.querySelectorAll('.output pre.text').forEach(function (pre) {
      if (wrappers.has(pre)) return;
      var frame = make('div', { 'class': 'text-frame' });
      pre.replaceWith(frame);
      frame.append(pre, make('div', { 'class': 'cell-tools b-ui' }, wrapper(pre)));
    });
  }

  /** A click before a line, where its number stands, makes the address lead to it. @param {HTMLElement} pre */
  function lines(pre) {
    var width = pre.classList.contains('numbered') ? 44 : 15;
    /** @param {MouseEvent} event */
    function before(event) { return event.clientX - pre.getBoundingClientRect().left < width; }
    pre.addEventListener('pointermove', function (event) { pre.classList.toggle('at-lines', before(event)); });
    pre.addEventListener('click', function (event) {
      if (!before(event)) return;
      var found = Array.from(pre.querySelectorAll('.line[id]')).find(function (one) {
        var box = one.getBoundingClientRect();
        return event.clientY >= box.top && event.clientY < box.bottom;
      });
      if (found) location.hash = found.id;
    });
  }

  /** Permalinks are copied as they are followed. */
  function permalinks() {
    document.querySelectorAll('.permalink').forEach(function (found) {
      var link = /** @type {HTMLAnchorElement} */ (found);
      link.addEventListener('click', function () {
        bindery.copy(link.href).then(function () {
          link.dataset.copied = bindery.word('copied');
          setTimeout(function () { delete link.dataset.copied; }, 1600);
        }, function () { /* It is in the address bar. */ });
      });
    });
  }

  function pictures() {
    /** @type {HTMLDialogElement | null} */
    var dialog = null;
    /** @param {HTMLImageElement} image */
    function show(image) {
      if (!dialog) {
        dialog = make('dialog', { 'class': 'enlarged' });
        document.body.append(/** @type {HTMLDialogElement} */ (dialog));
      }
      var shown = /** @type {HTMLDialogElement} */ (dialog);
      var form = make('form', { method: 'dialog' }, make('button', { type: 'submit' }, bindery.word('close')));
      shown.setAttribute('aria-label', image.alt || bindery.word('enlarge'));
      shown.replaceChildren(make('img', { src: image.currentSrc || image.src, alt: image.alt }), form);
      shown.showModal();
      shown.onclick = function (event) { if (event.target === shown) shown.close(); };
    }
    document.querySelectorAll('.content img').forEach(function (found) {
      var image = /** @type {HTMLImageElement} */ (found);
      if (image.closest('a, .card, summary, h1, h2, h3, h4, h5, h6') || !image.parentElement) return;
      function fit() {
        // What is shown as large as it is needs no more; drawings have no size of their own.
        if (image.naturalWidth < image.clientWidth * 1.15 && !/\.svg$/.test(image.src)) return;
        var frame = make('span', { 'class': 'picture' });
        image.replaceWith(frame);
        frame.append(image, make('div', { 'class': 'cell-tools b-ui' }, button('enlarge', bindery.word('enlarge'), function () { show(image); })));
        image.addEventListener('click', function () { show(image); });
      }
      if (image.complete) fit(); else image.addEventListener('load', fit, { once: true });
    });
  }

  /** Says on what is wider than its place where more of it lies; all are measured before any is changed. */
  function edges() {
    if (!('ResizeObserver' in window)) return;
    /** @param {HTMLElement} box */
    function measure(box) {
      var at = Math.abs(box.scrollLeft), rest = box.scrollWidth - box.clientWidth - at;
      return { box: box, more: (at > 4 ? 'start ' : '') + (rest > 4 ? 'end' : ''), scrolls: at + rest > 4 || box.scrollHeight > box.clientHeight + 4 };
    }
    /** @param {{box: HTMLElement, more: string, scrolls: boolean}} found */
    function say(found) {
      var box = found.box, wrap = wrappers.get(box);
      if (found.more) box.dataset.more = found.more; else delete box.dataset.more;
      // What scrolls can be reached by keyboard, and nothing else need be.
      if (found.scrolls) box.tabIndex = 0; else box.removeAttribute('tabindex');
      if (wrap) wrap.button.hidden = !wrap.all.some(function (one) { return /** @type {HTMLElement} */ (one).dataset.more || one.classList.contains('wrap'); });
    }
    var observer = new ResizeObserver(function (entries) {
      entries.map(function (entry) { return measure(/** @type {HTMLElement} */ (entry.target)); }).forEach(say);
    });
    document.querySelectorAll('.content :is(.table-wrap, .output, pre, .math-display)').forEach(function (found) {
      var box = /** @type {HTMLElement} */ (found);
      box.addEventListener('scroll', function () { say(measure(box)); }, { passive: true });
      observer.observe(box);
    });
  }

  bindery.parts(tools, permalinks, pictures, edges);
})();
