// Sets what must hold before anything is painted, so that no page flashes or jumps.
(function () {
  'use strict';
  var root = document.documentElement;
  // A group's sites on one host share an origin: keys carry the path where this site begins.
  var script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  var base = script && script.src ? new URL('..', script.src).pathname : '/';
  root.dataset.store = 'bindery:' + base + ':';
  root.dataset.own = root.dataset.mode || '';
  root.classList.add('js');
  try {
    var mode = localStorage.getItem(root.dataset.store + 'mode');
    if (mode === 'light' || mode === 'dark') root.dataset.mode = mode;
    var width = localStorage.getItem(root.dataset.store + 'nav-width');
    if (width && /^\d+(\.\d+)?rem$/.test(width)) root.style.setProperty('--nav-width', width);
  } catch (error) { /* Storage may be forbidden: the system's mode holds. */ }
})();
