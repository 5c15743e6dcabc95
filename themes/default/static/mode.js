// Sets the colour mode before anything is painted, so that no page flashes.
(function () {
  'use strict';
  try {
    var mode = localStorage.getItem('bindery:mode');
    if (mode === 'light' || mode === 'dark') document.documentElement.dataset.mode = mode;
  } catch (error) { /* Storage may be forbidden: the system's mode holds. */ }
  // On narrow screens the navigation starts closed; it is open in the markup for those without scripts.
  document.documentElement.classList.add('js');
})();
