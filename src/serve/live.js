// Keeps a page of a preview up to date: `bindery serve` puts this script into every page.
(() => {
  'use strict';

  /**
   * @typedef {{severity: string, rule: string, message: string, help: string | null, cell: number | null,
   *   line: number | null, place: string | null, edit: string | null}} Problem
   * @typedef {{do: 'show', source: string, edit: string | null, problems: Problem[], broken: Problem[],
   *   trouble: string | null, unread: number, words: Record<string, string>}} State
   * @typedef {{do: 'restyle', css: string, whole: string, unstyled: string}} Restyle
   * @typedef {{do: 'reload'} | Restyle | State} Order
   */

  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const { root = '', at = '', folder = '' } = script.dataset;
  const said = script.dataset;
  const KEPT = 'bindery-live';
  const path = location.pathname + location.search;

  /** @param {string} name @param {string} [text] @param {string} [kind] */
  const make = (name, text = '', kind = '') => {
    const element = document.createElement(name);
    element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };

  // Where the reader was: the place at the top of the window, and what was unfolded or chosen.

  /** What has an id and is seen: in a closed fold nothing has a place. @returns {HTMLElement[]} */
  const places = () => [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('main [id]'))].filter((element) => element.getClientRects().length);

  /** What a reader can open or choose, each by the nearest id above it and its number there. */
  const choices = () => {
    /** @type {Map<string, number>} */
    const counts = new Map();
    /** @type {[string, Element][]} */
    const found = [];
    for (const element of document.querySelectorAll('details, input[type=radio], input[type=checkbox]')) {
      const above = element.parentElement?.closest('[id]')?.id ?? '';
      const name = `${above} ${element.localName}`;
      const number = counts.get(name) ?? 0;
      counts.set(name, number + 1);
      found.push([`${name} ${number}`, element]);
    }
    return found;
  };

  const keep = () => {
    const top = places().filter((element) => element.getBoundingClientRect().top <= 100).pop();
    const state = {
      path,
      y: scrollY,
      id: scrollY > 0 ? top?.id : undefined,
      offset: top?.getBoundingClientRect().top ?? 0,
      choices: choices().map(([name, element]) => [name, element instanceof HTMLDetailsElement
        ? element.open : /** @type {HTMLInputElement} */ (element).checked]),
      focus: document.activeElement?.id ?? '',
      problems: !problems.hidden,
    };
    try {
      sessionStorage.setItem(KEPT, JSON.stringify(state));
    } catch {
      // Without storage the page begins at its top.
    }
  };

  const restore = () => {
    let state;
    try {
      state = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
      sessionStorage.removeItem(KEPT);
    } catch {
      return;
    }
    if (state?.path !== path) return;
    const now = new Map(choices());
    for (const [name, chosen] of state.choices) {
      const element = now.get(name);
      if (element instanceof HTMLDetailsElement) element.open = chosen;
      else if (element instanceof HTMLInputElement && element.checked !== chosen) {
        element.checked = chosen;
        element.dispatchEvent(new Event('change', { bubbles: true }));
      }
    }
    let moved = false;
    const stop = () => { moved = true; };
    const move = () => {
      if (moved) return;
      const place = state.id && document.getElementById(state.id);
      const y = place ? scrollY + place.getBoundingClientRect().top - state.offset : state.y;
      scrollTo({ top: y, behavior: 'instant' });
    };
    for (const kind of ['wheel', 'touchstart', 'keydown', 'mousedown']) addEventListener(kind, stop, { once: true, passive: true });
    history.scrollRestoration = 'manual';
    // Cells that come into view get their real height only then, and move what stands below.
    let frames = 0;
    const settle = () => {
      move();
      frames += 1;
      if (frames < 20 && !moved) requestAnimationFrame(settle);
    };
    settle();
    addEventListener('load', () => {
      frames = 0;
      settle();
      history.scrollRestoration = 'auto';
    });
    document.getElementById(state.focus)?.focus({ preventScroll: true });
    wasOpen = state.problems;
  };

  const reload = () => {
    keep();
    history.scrollRestoration = 'manual';
    location.reload();
  };

  /** @param {Restyle} order */
  const restyle = ({ css, whole, unstyled }) => {
    const old = /** @type {NodeListOf<HTMLLinkElement>} */ (document.querySelectorAll('head link[rel=stylesheet]'));
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = root + css;
    // The page is never without a style.
    link.onload = () => old.forEach((element) => element.remove());
    link.onerror = reload;
    (old[0] ?? document.head.lastChild).before(link);
    script.dataset.whole = whole;
    script.dataset.unstyled = unstyled;
  };

  // Panels.

  const host = make('bindery-live');
  const shadow = host.attachShadow({ mode: 'open' });
  const style = make('style');
  const lost = make('section', '', 'lost');
  const reading = make('section', '', 'lost');
  const broken = make('section', '', 'broken');
  const problems = make('section', '', 'problems');
  const count = /** @type {HTMLButtonElement} */ (make('button', '', 'count'));
  // What stands for the alarm while it is closed.
  const alarm = /** @type {HTMLButtonElement} */ (make('button', '', 'count error'));
  const buttons = make('div', '', 'buttons');
  lost.setAttribute('role', 'status');
  problems.setAttribute('role', 'region');
  broken.setAttribute('role', 'alert');
  for (const button of [count, alarm]) {
    button.type = 'button';
    button.setAttribute('aria-expanded', 'false');
  }
  for (const panel of [lost, reading, broken, problems, count, alarm]) panel.hidden = true;
  // The buttons stand before what they open, and below it for the eye.
  buttons.append(alarm, count);
  shadow.append(style, lost, reading, buttons, broken, problems);
  let wasOpen = false;
  /** @type {Record<string, string>} */
  let words = {};
  let lastAlarm = '';

  /** @param {HTMLElement} panel @param {string} title @param {State} state */
  const head = (panel, title, state) => {
    const header = make('header');
    header.append(make('h2', title));
    if (state.source) header.append(make('span', state.source, 'source'));
    if (state.edit) header.append(link(words.edit, state.edit));
    const close = /** @type {HTMLButtonElement} */ (make('button', words.close));
    close.type = 'button';
    close.onclick = () => open(panel, false);
    header.append(close);
    panel.replaceChildren(header);
  };

  /** Opens or closes a panel, and leaves its button. @param {HTMLElement} panel @param {boolean} shown */
  const open = (panel, shown) => {
    const button = panel === broken ? alarm : count;
    panel.hidden = !shown;
    button.setAttribute('aria-expanded', String(shown));
    if (panel === broken) alarm.hidden = shown;
    if (shown) panel.querySelector('button')?.focus({ preventScroll: true });
    else button.focus({ preventScroll: true });
  };

  /** @param {string} text @param {string} target */
  const link = (text, target) => {
    const element = /** @type {HTMLAnchorElement} */ (make('a', text));
    element.href = target;
    return element;
  };

  /** @param {Problem[]} list */
  const listed = (list) => {
    const all = make('ul');
    for (const problem of list) {
      const item = make('li', '', problem.severity);
      item.append(make('span', problem.rule, 'rule'), ` ${problem.message} `);
      const where = make('span', '', 'where');
      const cell = problem.cell && `${words.cell} ${problem.cell}`;
      const line = problem.line && `${words.line} ${problem.line}`;
      const text = [cell, line].filter(Boolean).join(', ');
      if (text && problem.place) {
        const place = link(text, problem.place);
        // On a small screen the panel would stand over what it leads to.
        place.onclick = () => { if (innerWidth < 700) open(problems, false); };
        where.append('(', place, ') ');
      } else if (text) {
        where.append(`(${text}) `);
      }
      if (problem.edit) where.append(link(words.edit, problem.edit));
      item.append(where);
      if (problem.help) item.append(make('div', problem.help, 'help'));
      all.append(item);
    }
    return all;
  };

  /** @param {State} state */
  const show = (state) => {
    ({ words } = state);
    const wrong = JSON.stringify([state.trouble, state.broken]);
    const isBad = Boolean(state.trouble) || state.broken.length > 0;
    // Closed, it stays so until something else is wrong.
    if (!isBad) broken.hidden = alarm.hidden = true;
    else if (wrong !== lastAlarm) {
      broken.hidden = false;
      alarm.hidden = true;
    }
    lastAlarm = wrong;
    alarm.textContent = words.short;
    reading.hidden = !state.unread;
    reading.textContent = words.reading.replace('{n}', String(state.unread));
    problems.setAttribute('aria-label', words.problems);
    broken.setAttribute('aria-label', words.short);
    if (state.trouble) {
      head(broken, words.trouble, { ...state, source: '', edit: null });
      broken.append(make('pre', state.trouble));
    } else if (state.broken.length) {
      head(broken, words.broken, state);
      broken.append(listed(state.broken));
    }
    const worst = state.problems.find((problem) => problem.severity !== 'info');
    count.hidden = !worst;
    count.className = `count ${worst?.severity ?? ''}`;
    count.textContent = `${words.problems}: ${state.problems.filter((problem) => problem.severity !== 'info').length}`;
    head(problems, words.problems, state);
    problems.append(listed(state.problems));
    if (wasOpen) problems.hidden = false;
    wasOpen = false;
    if (!worst) problems.hidden = true;
    count.setAttribute('aria-expanded', String(!problems.hidden));
    // What stands at the foot of the page is not for ever under a button.
    document.body.style.paddingBottom = worst || isBad ? '64px' : '';
  };

  count.onclick = () => open(problems, problems.hidden);
  alarm.onclick = () => open(broken, true);
  host.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const panel = [problems, broken].find((one) => !one.hidden);
    if (panel) open(panel, false);
  });

  // The socket. A page that lost it comes back by itself, and is told then whether it is old.

  const SOONEST = 200;
  const LATEST = 3000;
  let wait = SOONEST;
  /** @type {WebSocket | undefined} */
  let socket;
  let wasHeard = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;

  const connect = () => {
    clearTimeout(later);
    const url = new URL('live', script.src);
    url.protocol = url.protocol.replace('http', 'ws');
    const { whole = '', unstyled = '' } = script.dataset;
    url.search = String(new URLSearchParams({ at, folder, whole, unstyled }));
    socket = new WebSocket(url);
    socket.onopen = () => {
      wait = SOONEST;
      wasHeard = true;
      lost.hidden = true;
    };
    socket.onmessage = ({ data }) => {
      const order = /** @type {Order} */ (JSON.parse(data));
      if (order.do === 'reload') reload();
      else if (order.do === 'restyle') restyle(order);
      else show(order);
    };
    socket.onclose = () => {
      socket = undefined;
      lost.textContent = said.lost ?? '';
      // The page came, and its socket does not: somebody in between changes who is asked.
      if (!wasHeard) fetch(script.src).then(() => { lost.textContent = (said.refused ?? '').replace('{host}', location.hostname); }, () => {});
      // One that comes back at once was never missed.
      if (wait > SOONEST) lost.hidden = false;
      later = setTimeout(connect, wait);
      wait = Math.min(wait * 2, LATEST);
    };
  };

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !socket) connect();
  });
  // A page that the browser keeps for the way back may be old when it comes out again.
  addEventListener('pagehide', () => {
    if (socket) socket.onclose = null;
    socket?.close();
    socket = undefined;
    clearTimeout(later);
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) connect();
  });

  restore();
  document.body.append(host);
  connect();
  fetch(new URL('live.css', script.src)).then((answer) => answer.text()).then((text) => {
    style.textContent = text;
  }, () => {});
})();
