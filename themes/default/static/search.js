// Search: reads the index below `_bindery/search/` (ARCHITECTURE.md, "The search index"), answers
// queries, and shows them in a dialog or on the search page. Loaded when somebody searches.
(function () {
  'use strict';

  /** @typedef {{page: number, passage: number, impact: number}} Posting */
  /** @typedef {{count: number, inline?: string, blocks?: number[][]}} Found */
  /** @typedef {{word: string, last: boolean, parts: {term: string, weight: number, whole: boolean}[]}} Group */

  var bindery = /** @type {any} */ (window).bindery = /** @type {any} */ (window).bindery || {};
  var base = (document.body.dataset.root || '') + '_bindery/search/';

  // Files of the index

  /** @type {Map<string, Promise<any>>} */
  var files = new Map();
  /** @type {Map<string, function(any): void>} */
  var waiting = new Map();
  bindery.shard = function (/** @type {string} */ name, /** @type {any} */ data) {
    var give = waiting.get(name);
    if (give) give(data);
  };
  bindery.index = function (/** @type {any} */ data) { bindery.shard('index', data); };

  /**
   * @param {string} name
   * @param {string} url
   * @returns {Promise<any>}
   */
  function load(name, url) {
    var known = files.get(name);
    if (known) return known;
    var file = new Promise(function (resolve, reject) {
      var there = false;
      waiting.set(name, function (data) { there = true; resolve(data); });
      var script = document.createElement('script');
      var fail = function () { if (!there) { files.delete(name); reject(new Error('unloaded')); } };
      script.src = url;
      script.onerror = fail;
      // A page to sign in comes as a file that says nothing.
      script.onload = function () { script.remove(); setTimeout(fail, 0); };
      document.head.append(script);
    });
    files.set(name, file);
    return file;
  }

  /** @returns {Promise<any>} */
  function index() {
    return load('index', base + 'index.js').then(function (root) {
      if (!root.sets) root.sets = { d: root.d.split('\n'), w: root.w.split('\n'), r: root.r.split('\n') };
      return root;
    });
  }

  /** @param {any} root @param {string} name */
  function part(root, name) { return load(name, base + root.gen + '/' + name + '.js'); }

  // Numbers as text

  var ALPHABET = "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  /** @type {number[]} */
  var VALUES = [];
  for (var value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

  /** @param {string} text @param {number} at */
  function reader(text, at) {
    return {
      done: function () { return at >= text.length; },
      next: function () {
        var number = 0, scale = 1;
        for (;;) {
          var digit = VALUES[text.charCodeAt(at++)];
          number += scale * (digit % 46);
          if (!(digit >= 46)) return number;
          scale *= 46;
        }
      },
    };
  }

  /** @param {string} block @returns {Posting[]} */
  function postings(block) {
    var read = reader(block, 0), page = 0, all = [];
    while (!read.done()) {
      page += read.next();
      for (var more = 1; more;) {
        var passage = read.next();
        more = passage % 2;
        all.push({ page: page, passage: passage >> 1, impact: read.next() });
      }
    }
    return all;
  }

  // Terms: the same specification as src/search/token.rs

  var DENSE = /[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/;
  var ALNUM = /[\p{Alphabetic}\p{N}\p{M}]/u;
  /** @param {string} c */
  function dense(c) { return DENSE.test(c) && ALNUM.test(c); }
  /** @param {string} c */
  function word(c) { return c === '_' || (c.length === 1 && !dense(c) && ALNUM.test(c)); }

  /** @param {string} text */
  function fold(text) {
    var lower = '';
    for (var c of text) lower += c.toLowerCase();
    return lower.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  }

  /** @param {string} term */
  function size(term) { return new TextEncoder().encode(term).length; }

  /**
   * @param {string} text
   * @param {function(string, boolean, number, number): void} emit a term, whether it is whole, where its chunk stands
   */
  function terms(text, emit) {
    var chars = Array.from(text), before = '', at = 0;
    for (var number = 0; number < chars.length;) {
      var c = chars[number], start = at, run = '';
      if (word(c)) {
        while (number < chars.length && (word(chars[number]) ||
            ('-./:@+\\'.indexOf(chars[number]) >= 0 && number + 1 < chars.length && word(chars[number + 1])))) run += chars[number++];
        at += run.length;
        chunk(run, before, start, at, emit);
        before = '';
      } else if (dense(c)) {
        while (number < chars.length && dense(chars[number])) run += chars[number++];
        at += run.length;
        if (run.length === 1) emit(run, true, start, at);
        for (var pair = 0; pair + 1 < run.length; pair++) emit(run.slice(pair, pair + 2), true, start + pair, start + pair + 2);
        before = '';
      } else {
        before = c === '-' ? before + c : '';
        number++;
        at += c.length;
      }
    }
  }

  /** @param {string} text @param {string} before @param {number} start @param {number} end @param {function(string, boolean, number, number): void} emit */
  function chunk(text, before, start, end, emit) {
    var whole = fold(text);
    var say = function (/** @type {string} */ term, /** @type {boolean} */ kind) {
      if (term && size(term) <= 64) emit(term, kind, start, end);
    };
    var dashes = before.length;
    if (dashes === 2 || (dashes === 1 && size(text) <= 2)) say('--'.slice(0, dashes) + whole.split(/[:/@\\]/)[0], true);
    say(whole, true);
    if (!/[-./:@+\\_]/.test(text) && !/[A-Z]/.test(text.slice(1))) return;
    var strong = text.split(/[/:@\\]/);
    strong.forEach(function (piece) {
      if (strong.length > 1) say(fold(piece), false);
      var weak = piece.split(/[-.+_]/).filter(Boolean);
      weak.forEach(function (part) {
        if (weak.length > 1 || part.length < piece.length) say(fold(part), false);
        var words = part.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
        if (words.length > 1) words.forEach(function (word) { say(fold(word), false); });
      });
    });
  }

  /** Whether a term differs from run to run. @param {string} term */
  function volatile(term) {
    if (!/^[0-9a-f]/.test(term)) return false;
    if (/^\d+$/.test(term)) return term.length <= 2 || term.length >= 6;
    if (/^[0-9a-f-]+$/.test(term) && /\d/.test(term) && /[a-f]/.test(term) && term.replace(/-/g, '').length >= 7) return true;
    return /^\d{1,4}:\d\d|^\d{4}-\d\d/.test(term) ||
      /^\d+\.?\d*(ms|s|us|ns|m|h|d|b|kb|mb|gb|tb|kib|mib|gib|k|x|z|t)?$/.test(term);
  }
  bindery.terms = function (/** @type {string} */ text) {
    /** @type {[string, boolean][]} */
    var all = [];
    terms(text, function (term, whole) { all.push([term, whole]); });
    return all;
  };
  bindery.volatile = volatile;

  // The dictionary

  /** The file in which a term stands. @param {string[]} firsts @param {string} term */
  function place(firsts, term) {
    var low = 0, high = firsts.length - 1;
    while (low < high) {
      var middle = (low + high + 1) >> 1;
      if (firsts[middle] <= term) low = middle; else high = middle - 1;
    }
    return low;
  }

  /** @type {Map<string, [string, string][]>} */
  var parsed = new Map();
  /** @param {any} root @param {string} kind @param {number} number @returns {Promise<[string, string][]>} */
  function lines(root, kind, number) {
    var name = kind + number;
    return part(root, name).then(function (text) {
      var known = parsed.get(name);
      if (known) return known;
      var last = '';
      var all = /** @type {[string, string][]} */ (text.split('\n').filter(Boolean).map(function (/** @type {string} */ line) {
        var space = line.indexOf(' ');
        last = Array.from(last).slice(0, VALUES[line.charCodeAt(0)]).join('') + line.slice(1, space);
        return [last, line.slice(space + 1)];
      }));
      parsed.set(name, all);
      return all;
    });
  }

  /** @param {string} rest @returns {Found} */
  function entry(rest) {
    var at = 0;
    while (VALUES[rest.charCodeAt(at)] >= 46) at++;
    var found = /** @type {Found} */ ({ count: reader(rest, 0).next() });
    if (rest[at + 1] === '!') {
      found.inline = rest.slice(at + 2);
    } else {
      var read = reader(rest, at + 1);
      found.blocks = [];
      while (!read.done()) found.blocks.push([read.next() - 1, read.next(), read.next()]);
    }
    return found;
  }

  /**
   * What the dictionary holds of a term: itself, words of its stem, words that it begins.
   * @param {any} root @param {string} term @param {boolean} open
   * @returns {Promise<{term: string, weight: number, found: Found}[]>}
   */
  function look(root, term, open) {
    var firsts = root.sets.d, number = place(firsts, term);
    var wanted = [lines(root, 'd', number)];
    // What a short beginning begins may go on in the next file; a stem may stand in the one before.
    if (open && firsts[number + 1] && firsts[number + 1].indexOf(term) === 0) wanted.push(lines(root, 'd', number + 1));
    return Promise.all(wanted).then(function (lists) {
      var all = Array.prototype.concat.apply([], lists);
      var map = new Map(all);
      /** @type {Map<string, number>} */
      var weights = new Map();
      if (map.has(term)) weights.set(term, 1);
      if (/^\p{L}{3,}$/u.test(term)) {
        // The longest beginning that is a stem stands for the word.
        for (var cut = 0; cut <= 4 && term.length - cut >= 3; cut++) {
          var stem = map.get(term.slice(0, term.length - cut) + '!');
          var bare = term.slice(0, term.length - cut);
          if (stem !== undefined) {
            stem.split(',').forEach(function (/** @type {string} */ said) {
              var word = bare.slice(0, bare.length - VALUES[said.charCodeAt(0)]) + said.slice(1);
              if (!weights.has(word)) weights.set(word, 0.85);
            });
            break;
          }
          if (cut > 0 && map.has(bare) && bare.length > 3) { if (!weights.has(bare)) weights.set(bare, 0.6); break; }
        }
      }
      if (open && term.length > 1) {
        all.filter(function (/** @type {[string, string]} */ line) {
          return line[0].indexOf(term) === 0 && line[0].indexOf('!') < 0 && !weights.has(line[0]);
        }).map(function (/** @type {[string, string]} */ line) {
          return { term: line[0], count: entry(line[1]).count };
        }).sort(function (/** @type {any} */ a, /** @type {any} */ b) {
          // Words before names, each the most frequent first.
          return Number(/^\p{L}+$/u.test(b.term)) - Number(/^\p{L}+$/u.test(a.term)) || b.count - a.count || (a.term < b.term ? -1 : 1);
        }).slice(0, 10).forEach(function (/** @type {any} */ line) {
          var plain = /^\p{L}+$/u.test(line.term);
          weights.set(line.term, (map.has(term) ? 0.4 : 0.8) * (plain ? 1 : 0.7));
        });
      }
      return Promise.all(Array.from(weights).map(function (pair) {
        var known = map.get(pair[0]);
        if (known !== undefined) return { term: pair[0], weight: pair[1], found: entry(known) };
        return lines(root, 'd', place(firsts, pair[0])).then(function (list) {
          var line = list.find(function (line) { return line[0] === pair[0]; });
          return line ? { term: pair[0], weight: pair[1], found: entry(line[1]) } : null;
        });
      }));
    }).then(function (all) { return /** @type {any} */ (all.filter(Boolean)); });
  }

  /** @param {any} root @param {Found} found @param {boolean} whole @returns {Promise<Posting[]>} */
  function block(root, found, whole) {
    if (found.inline !== undefined) return Promise.resolve(postings(found.inline));
    var blocks = whole ? found.blocks || [] : (found.blocks || []).slice(0, 1);
    return Promise.all(blocks.map(function (at) {
      return part(root, 'p' + at[0]).then(function (text) { return postings(text.slice(at[1], at[1] + at[2])); });
    })).then(function (all) { return Array.prototype.concat.apply([], all); });
  }

  // Slips of the hand

  /** Damerau's distance, up to `most`. @param {string} a @param {string} b @param {number} most */
  function distance(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    var rows = [[0]];
    for (var j = 1; j <= b.length; j++) rows[0][j] = j;
    for (var i = 1; i <= a.length; i++) {
      rows[i] = [i];
      for (j = 1; j <= b.length; j++) {
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length];
  }

  /** Words near a word that is not there. @param {any} root @param {string} term @returns {Promise<{term: string, far: number}[]>} */
  function near(root, term) {
    var most = term.length >= 8 ? 2 : 1;
    var back = Array.from(term).reverse().join('');
    var part = function (/** @type {string} */ kind, /** @type {string} */ start) {
      var from = place(root.sets[kind], start), to = place(root.sets[kind], start + '\uffff');
      var wanted = [];
      for (var number = from; number <= Math.min(to, from + 3); number++) wanted.push(lines(root, kind, number));
      return Promise.all(wanted).then(function (all) { return Array.prototype.concat.apply([], all); });
    };
    return Promise.all([part('w', term.slice(0, 2)), part('r', back.slice(0, 2))]).then(function (lists) {
      /** @type {Map<string, {term: string, far: number, count: number}>} */
      var found = new Map();
      lists.forEach(function (list, kind) {
        list.forEach(function (/** @type {[string, string]} */ line) {
          var word = kind ? Array.from(line[0]).reverse().join('') : line[0];
          var far = distance(term, word, most);
          if (far <= most) found.set(word, { term: word, far: far, count: VALUES[line[1].charCodeAt(0)] });
        });
      });
      return Array.from(found.values()).sort(function (a, b) {
        return a.far - b.far || b.count - a.count || (a.term < b.term ? -1 : 1);
      }).slice(0, 5);
    });
  }

  // Queries

  /** @param {string} text */
  function parse(text) {
    var query = { groups: /** @type {Group[]} */ ([]), phrases: /** @type {string[]} */ ([]),
      filters: /** @type {{filter: string, not: boolean}[]} */ ([]), not: /** @type {string[]} */ ([]) };
    var rest = text.replace(/(^|\s)(-?)"([^"]+)"/g, function (all, space, minus, phrase) {
      if (minus) query.not.push(phrase); else query.phrases.push(phrase);
      return minus ? ' ' : ' ' + phrase + ' ';
    }).replace(/(^|\s)(-?)([\p{L}_-]{2,30}):([^\s:/\\]+)(?=\s|$)/gu, function (all, space, minus, key, said) {
      if (!/^(tag|lang|in|[a-z_-]{3,})$/i.test(key) || /^\d+$/.test(said)) return all;
      query.filters.push({ filter: '!' + key.toLowerCase() + ':' + fold(said), not: minus === '-' });
      return ' ' + (key.length > 1 ? '\u0000' + key + ':' + said + '\u0000' : '') + ' ';
    });
    rest = rest.replace(/(^|\s)-([^\s-]\S*)/g, function (all, space, said) {
      // `-f` in a command is a flag.
      if (said.length < 3) return all;
      query.not.push(said);
      return ' ';
    });
    return { query: query, rest: rest };
  }

  /** @param {string} text @returns {Group[]} */
  function groups(text) {
    /** @type {Map<number, Group>} */
    var byPlace = new Map();
    /** @type {Group[]} */
    var all = [];
    terms(text, function (term, whole, start, end) {
      var group = byPlace.get(start);
      if (!group) {
        group = { word: text.slice(start, end), last: end === text.length, parts: [] };
        byPlace.set(start, group);
        all.push(group);
      }
      // Of a flag the name without its dashes is a part like any other.
      var bare = whole && group.parts.length > 0 && group.parts[0].term[0] === '-';
      group.parts.push({ term: term, weight: bare ? 0.15 : whole ? 1 : 0.45, whole: whole && !bare });
    });
    // In a whole line the names that bear numbers are those that differ from run to run.
    if (all.length > 5) {
      all.forEach(function (group) {
        group.parts.forEach(function (part) { if (/\d/.test(part.term)) part.weight *= 0.3; });
      });
    }
    var firm = all.filter(function (group) { return !group.parts.every(function (part) { return volatile(part.term); }); });
    var seen = new Set();
    return (firm.length ? firm : all).filter(function (group) {
      var key = group.parts[0].term;
      return !seen.has(key) && seen.add(key);
    });
  }

  /** How many groups of a long query are read: the rarest of them. */
  var MOST = 7;

  /**
   * @param {string} text
   * @param {{limit?: number}} [options]
   */
  function answer(text, options) {
    var limit = (options && options.limit) || 10;
    return index().then(function (root) {
      var said = parse(text), query = said.query;
      // What looks like a filter and is none is text like any other.
      return Promise.all(query.filters.map(function (filter) {
        return lines(root, 'd', place(root.sets.d, filter.filter)).then(function (list) {
          var line = list.find(function (line) { return line[0] === filter.filter; });
          return line ? block(root, entry(line[1]), true).then(function (all) {
            return { pages: new Set(all.map(function (posting) { return posting.page; })), not: filter.not, filter: filter.filter };
          }) : null;
        });
      })).then(function (filters) {
        var rest = said.rest.replace(/\u0000([^\u0000]*)\u0000/g, function (all, filter) {
          var known = filters.some(function (found) { return found && found.filter === '!' + fold(filter); });
          return known ? ' ' : filter;
        });
        return run(root, groups(rest.replace(/\s+$/, /\s$/.test(text) ? ' ' : '')), filters.filter(Boolean), query, limit);
      });
    });
  }

  /** @param {any} root @param {Group[]} wanted @param {any[]} filters @param {any} query @param {number} limit */
  function run(root, wanted, filters, query, limit) {
    return Promise.all(wanted.map(function (group) {
      return Promise.all(group.parts.map(function (part, number) {
        return look(root, part.term, group.last && number === 0).then(function (all) {
          return all.map(function (one) {
            return { term: one.term, weight: one.weight * part.weight, found: one.found, whole: part.whole, part: number };
          });
        });
      })).then(function (lists) {
        var all = Array.prototype.concat.apply([], lists);
        var exact = all.filter(function (/** @type {any} */ one) { return one.weight >= 0.4; });
        var bare = group.parts.length === 1 && /^\p{L}{4,}$/u.test(group.parts[0].term);
        if (!bare || exact.some(function (/** @type {any} */ one) { return one.found.count > 1 || one.weight >= 0.8; })) return { group: group, all: all, near: [] };
        return near(root, group.parts[0].term).then(function (words) {
          return Promise.all(words.map(function (word) {
            return look(root, word.term, false).then(function (found) {
              return found.map(function (one) { return { term: one.term, weight: one.weight * (word.far > 1 ? 0.35 : 0.6), found: one.found, whole: true, part: 0 }; });
            });
          })).then(function (more) {
            return { group: group, all: all.concat(Array.prototype.concat.apply([], more)), near: words };
          });
        });
      });
    })).then(function (/** @type {any[]} */ read) {
      var total = root.n;
      var rarity = function (/** @type {number} */ count) { return Math.log(1 + (total - count + 0.5) / (count + 0.5)); };
      read.forEach(function (one) {
        var whole = one.all.filter(function (/** @type {any} */ part) { return part.whole; });
        // Of forms of one word the most frequent tells how rare it is, of parts of a name the rarest.
        var counts = (whole.length ? whole : one.all).map(function (/** @type {any} */ part) { return part.found.count; });
        var counted = whole.length ? Math.max.apply(null, counts) : Math.min.apply(null, counts);
        var most = one.group.parts.reduce(function (/** @type {number} */ most, /** @type {any} */ part) { return Math.max(most, part.weight); }, 0);
        one.rarity = (one.all.length ? rarity(counted) : rarity(0) * 0.6) * most;
        one.count = counted;
      });
      var mean = read.reduce(function (sum, one) { return sum + one.rarity; }, 0);
      var rare = read.slice().sort(function (a, b) { return b.rarity - a.rarity; }).slice(0, MOST).filter(function (one) { return one.all.length; });
      return Promise.all(rare.map(function (one) {
        return Promise.all(one.all.map(function (/** @type {any} */ part) {
          return block(root, part.found, false).then(function (list) { return { part: part, list: list }; });
        }));
      })).then(function (lists) {
        /** @type {Map<number, {best: number[], passages: Map<number, number[]>, slots: Map<string, number>}>} */
        var pages = new Map();
        lists.forEach(function (parts, number) {
          parts.forEach(function (one) {
            // The whole name has its own rarity, and so have its parts.
            var own = rarity(one.part.found.count);
            var weight = one.part.weight * (one.part.whole ? Math.min(own, rare[number].rarity * 1.2) : own);
            // Forms of a word stand for each other; parts of a name add up, to less than the name.
            var slot = one.part.whole ? 'w' : one.part.part;
            one.list.forEach(function (posting) {
              var page = pages.get(posting.page);
              if (!page) pages.set(posting.page, page = { best: [], passages: new Map(), slots: new Map() });
              var score = weight * (0.25 + posting.impact / 45);
              var key = posting.passage + ' ' + number + ' ' + slot, before = page.slots.get(key) || 0;
              if (score <= before) return;
              page.slots.set(key, score);
              var passage = page.passages.get(posting.passage);
              if (!passage) page.passages.set(posting.passage, passage = []);
              var sum = (passage[number] || 0) + score - before;
              passage[number] = sum;
              page.best[number] = Math.max(page.best[number] || 0, sum);
            });
          });
        });
        var considered = rare.reduce(function (sum, one) { return sum + one.rarity; }, 0) || 1;
        var missing = mean - considered;
        /** @type {{page: number, passage: number, score: number, share: number}[]} */
        var ranked = [];
        pages.forEach(function (page, number) {
          if (filters.some(function (filter) { return filter.pages.has(number) === filter.not; })) return;
          var best = 0, at = 0;
          page.passages.forEach(function (scores, passage) {
            var sum = scores.reduce(function (sum, score) { return sum + (score || 0); }, 0);
            if (sum > best || (sum === best && passage < at)) { best = sum; at = passage; }
          });
          var own = page.passages.get(at) || [];
          var beside = page.best.reduce(function (sum, score, group) { return sum + Math.max(0, (score || 0) - (own[group] || 0)); }, 0);
          var share = page.best.reduce(function (sum, score, group) { return sum + (score ? rare[group].rarity : 0); }, 0) / (considered + Math.max(0, missing) * 0.5);
          var said = page.best.filter(Boolean).length / read.length;
          ranked.push({ page: number, passage: at, score: (best + 0.4 * beside) * (0.2 + 0.8 * share), share: Math.max(share, 0.9 * said) });
        });
        if (!wanted.length && filters.length) {
          filters[0].pages.forEach(function (/** @type {number} */ page) {
            if (filters.every(function (filter) { return filter.pages.has(page) !== filter.not; })) ranked.push({ page: page, passage: 0, score: 1, share: 1 });
          });
        }
        ranked.sort(function (a, b) { return b.score - a.score || a.page - b.page; });
        var best = ranked.length ? ranked[0].score : 0;
        // What says less than half of what was asked for is no answer.
        ranked = ranked.filter(function (one) { return one.share >= 0.45 && one.score > best * 0.12; });
        var words = new Set();
        read.forEach(function (one) { one.all.forEach(function (/** @type {any} */ part) { words.add(part.term); }); });
        var hints = read.filter(function (one) { return one.near.length && one.near[0].term !== one.group.parts[0].term; })
          .map(function (one) { return { word: one.group.word, near: one.near[0].term }; });
        return verified(root, ranked, { query: query, read: read }, limit).then(function (kept) {
          return { results: kept, words: words, hints: hints, many: kept.length >= limit && ranked.length > limit, count: ranked.length };
        });
      });
    });
  }

  /** How much of a query the best stretch of a text says, from 0 to 1. @param {any[]} quotes @param {any[]} read */
  function closeness(quotes, read) {
    /** @type {Map<string, [number, number]>} */
    var worth = new Map();
    var total = 0;
    read.forEach(function (one, group) {
      total += one.rarity;
      one.all.forEach(function (/** @type {any} */ part) {
        var value = one.rarity * Math.min(1, part.weight * (part.whole ? 1 : 1.5)), known = worth.get(part.term);
        if (!known || known[1] < value) worth.set(part.term, [group, value]);
      });
    });
    var best = 0;
    quotes.forEach(function (quote) {
      /** @type {[number, number, number][]} */
      var hits = [];
      terms(quote[3], function (term, whole, start) { var known = worth.get(term); if (known) hits.push([start, known[0], known[1]]); });
      hits.forEach(function (hit, from) {
        var seen = new Map();
        for (var at = from; at < hits.length && hits[at][0] - hit[0] < 160; at++) {
          seen.set(hits[at][1], Math.max(seen.get(hits[at][1]) || 0, hits[at][2]));
        }
        var sum = 0;
        seen.forEach(function (value) { sum += value; });
        best = Math.max(best, sum);
      });
    });
    return total ? best / total : 0;
  }

  /** Reads what results quote; keeps those that hold all phrases and nothing excluded, those first that say it in one stretch. */
  function verified(/** @type {any} */ root, /** @type {any[]} */ ranked, /** @type {any} */ asked, /** @type {number} */ limit) {
    var query = asked.query;
    var plain = function (/** @type {string} */ text) { return fold(text).replace(/\s+/g, ' '); };
    var phrases = query.phrases.map(plain), nots = query.not.map(plain);
    var strict = phrases.length || nots.length;
    var first = ranked.slice(0, strict ? limit * 3 : limit);
    return Promise.all(first.map(function (one) {
      var name = 'q' + Math.floor(one.page / 1000) + '/' + one.page + '-' + Math.floor(one.passage / root.per);
      return part(root, name).then(function (file) {
        var quotes = file.q[one.passage % root.per] || [];
        var text = plain([file.t].concat(quotes.map(function (/** @type {any} */ quote) { return quote[2] + ' ' + quote[3]; })).join(' '));
        var holds = phrases.every(function (/** @type {string} */ phrase) { return text.indexOf(phrase) >= 0; }) &&
          !nots.some(function (/** @type {string} */ phrase) { return text.indexOf(phrase) >= 0; });
        var said = quotes.concat([[0, '', '', file.t]], quotes.map(function (/** @type {any} */ quote) { return [0, '', '', quote[2]]; }));
        var near = asked.read.length > 1 ? closeness(said, asked.read) : 0;
        return holds ? { title: file.t, url: file.u, crumbs: file.c, quotes: quotes, score: one.score * (0.6 + 0.8 * near), page: one.page } : null;
      });
    })).then(function (all) {
      return all.filter(Boolean).sort(function (/** @type {any} */ a, /** @type {any} */ b) { return b.score - a.score || a.page - b.page; }).slice(0, limit);
    });
  }

  // Excerpts

  var KINDS = ['prose', 'code', 'output', 'error'];

  /**
   * The quote of a passage that says most, cut around what it says, as pieces that match or not.
   * @param {any[]} quotes @param {Set<string>} words @param {number} length
   */
  function excerpt(quotes, words, length) {
    var best = { score: -1, quote: quotes[0], hits: /** @type {number[][]} */ ([]) };
    quotes.forEach(function (quote) {
      var seen = new Set(), hits = /** @type {number[][]} */ ([]);
      terms(quote[3], function (term, whole, start, end) {
        if (!words.has(term)) return;
        seen.add(term);
        var last = hits[hits.length - 1];
        if (!last || last[0] !== start) hits.push([start, end]);
      });
      var score = seen.size * 10 + Math.min(hits.length, 9) + (words.has(fold(quote[2])) ? 1 : 0);
      if (score > best.score) best = { score: score, quote: quote, hits: hits };
    });
    if (!best.quote) return null;
    var text = best.quote[3], from = 0, most = -1;
    best.hits.forEach(function (hit) {
      var inside = best.hits.filter(function (other) { return other[0] >= hit[0] && other[1] <= hit[0] + length - 40; }).length;
      if (inside > most) { most = inside; from = Math.max(0, hit[0] - 40); }
    });
    if (from > 0) { var space = text.slice(from, from + 30).search(/\s/); if (space >= 0) from += space + 1; }
    var to = Math.min(text.length, from + length), pieces = /** @type {[string, boolean][]} */ ([]), at = from;
    best.hits.forEach(function (hit) {
      if (hit[0] < at || hit[1] > to) return;
      pieces.push([text.slice(at, hit[0]), false], [text.slice(hit[0], hit[1]), true]);
      at = hit[1];
    });
    pieces.push([text.slice(at, to), false]);
    return { kind: KINDS[best.quote[0]], anchor: best.quote[1], heading: best.quote[2],
      pieces: pieces, before: from > 0, after: to < text.length };
  }

  /** @param {string} query @param {{limit?: number}} [options] */
  bindery.search = function (query, options) {
    return answer(query, options).then(function (found) {
      return found.results.map(function (/** @type {any} */ one) {
        var shown = excerpt(one.quotes, found.words, 200);
        return { url: one.url + (shown && shown.anchor ? '#' + encodeURIComponent(shown.anchor) : ''), title: one.title,
          heading: shown ? shown.heading : '', excerpt: shown ? shown.pieces.map(function (piece) { return piece[0]; }).join('') : '',
          kind: shown ? shown.kind : 'prose', score: Math.round(one.score * 1000) / 1000 };
      });
    });
  };

  // The dialog and the page

  /** @param {string} name @param {string} [className] @param {string} [text] */
  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  var KEY = 'bindery:' + new URL((document.body.dataset.root || '') + '.', location.href).pathname + ':searches';
  /** @returns {string[]} */
  function recent() {
    try { return JSON.parse(localStorage.getItem(KEY) || '[]'); } catch (error) { return []; }
  }
  /** @param {string} query */
  function remember(query) {
    try {
      localStorage.setItem(KEY, JSON.stringify([query].concat(recent().filter(function (old) { return old !== query; })).slice(0, 6)));
    } catch (error) { /* Without storage nothing is remembered. */ }
  }

  /** @param {any} one @param {any} found @param {string} query */
  function row(one, found, query) {
    var shown = excerpt(one.quotes, found.words, 220);
    var link = /** @type {HTMLAnchorElement} */ (element('a', 'found'));
    var anchor = shown && shown.anchor ? '#' + encodeURIComponent(shown.anchor) : '';
    link.href = (document.body.dataset.root || '') + one.url + '?mark=' + encodeURIComponent(Array.from(found.words).slice(0, 12).join(' ')) + anchor;
    link.addEventListener('click', function () { remember(query); });
    var head = element('span', 'found-title'), done = 0;
    terms(one.title, function (term, whole, start, end) {
      if (start < done || !found.words.has(term)) return;
      head.append(one.title.slice(done, start), element('mark', '', one.title.slice(start, end)));
      done = end;
    });
    head.append(one.title.slice(done));
    if (shown && shown.heading) head.append(element('span', 'found-heading', ' › ' + shown.heading));
    link.append(head);
    if (one.crumbs.length) link.append(element('span', 'found-crumbs', one.crumbs.join(' / ')));
    if (shown) {
      var text = element('span', 'found-text found-' + shown.kind);
      if (shown.before) text.append('… ');
      shown.pieces.forEach(function (piece) { text.append(piece[1] ? element('mark', '', piece[0]) : piece[0]); });
      if (shown.after) text.append(' …');
      link.append(text);
    }
    return link;
  }

  /**
   * Makes an input search into a list.
   * @param {HTMLInputElement} input @param {HTMLElement} list @param {HTMLElement} status @param {number} limit
   */
  function connect(input, list, status, limit) {
    var turn = 0, timer = 0;
    /** @type {any} */
    var labels = {};
    var say = function (/** @type {string} */ text) { status.textContent = text; };
    function links() { return /** @type {HTMLElement[]} */ (Array.from(list.querySelectorAll('a.found, button'))); }
    function suggest(/** @type {string} */ text, /** @type {string} */ query) {
      var button = element('button', 'found-hint', text);
      button.addEventListener('click', function () { input.value = query; input.focus(); update(); });
      return button;
    }
    function update() {
      var query = input.value.trim(), now = ++turn;
      if (!query) {
        list.replaceChildren();
        var old = recent();
        say(old.length ? labels.recent || '' : labels.start || '');
        old.forEach(function (text) { list.append(suggest(text, text)); });
        return;
      }
      answer(input.value, { limit: limit }).then(function (found) {
        if (now !== turn) return;
        list.replaceChildren();
        found.results.forEach(function (/** @type {any} */ one) { list.append(row(one, found, query)); });
        var fixed = found.hints.reduce(function (/** @type {string} */ text, /** @type {any} */ hint) { return text.replace(hint.word, hint.near); }, query);
        if (fixed !== query) list.append(suggest((labels.did_you_mean || '').replace('{q}', fixed), fixed));
        if (found.results.length) {
          say(found.many ? labels.many : (found.results.length === 1 ? labels.one : (labels.some || '').replace('{n}', String(found.results.length))));
        } else {
          say((labels.none || '').replace('{q}', query));
          var all = /** @type {HTMLAnchorElement} */ (element('a', 'found', labels.browse));
          all.href = (document.body.dataset.root || '') + 'all.html';
          list.append(all);
        }
      }, function () {
        if (now !== turn) return;
        list.replaceChildren();
        say(labels.unloaded || 'The index did not load. Sign in again, and reload the page.');
      });
    }
    input.addEventListener('input', function () { clearTimeout(timer); timer = setTimeout(update, 60); });
    input.addEventListener('keydown', function (event) {
      if (event.key === 'Enter') { var first = links()[0]; if (first) { event.preventDefault(); first.click(); } }
      if (event.key === 'ArrowDown') { var next = links()[0]; if (next) { event.preventDefault(); next.focus(); } }
    });
    list.addEventListener('keydown', function (event) {
      var all = links(), at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      if (event.key === 'ArrowDown' && all[at + 1]) { event.preventDefault(); all[at + 1].focus(); }
      if (event.key === 'ArrowUp') { event.preventDefault(); (all[at - 1] || input).focus(); }
    });
    index().then(function (root) { labels = root.l; update(); }, update);
    return update;
  }

  /** @type {HTMLDialogElement | null} */
  var dialog = null;
  bindery.openSearch = function (/** @type {string} */ query) {
    if (!dialog) {
      dialog = /** @type {HTMLDialogElement} */ (element('dialog', 'search-dialog b-ui'));
      var input = /** @type {HTMLInputElement} */ (element('input', 'search-input'));
      var list = element('div', 'search-list'), status = element('p', 'search-status');
      input.type = 'search';
      input.setAttribute('aria-label', document.body.dataset.search || 'Search');
      input.placeholder = document.body.dataset.search || 'Search';
      input.autocomplete = 'off';
      input.spellcheck = false;
      status.setAttribute('role', 'status');
      dialog.setAttribute('aria-label', document.body.dataset.search || 'Search');
      dialog.append(input, status, list);
      dialog.addEventListener('click', function (event) { if (event.target === dialog && dialog) dialog.close(); });
      document.body.append(dialog);
      connect(input, list, status, 8);
    }
    var field = /** @type {HTMLInputElement} */ (dialog.querySelector('input'));
    if (!dialog.open) dialog.showModal();
    if (query) { field.value = query; field.dispatchEvent(new Event('input')); }
    field.select();
  };

  var page = /** @type {HTMLInputElement | null} */ (document.querySelector('.search-page input'));
  if (page) {
    var list = /** @type {HTMLElement} */ (document.querySelector('.search-page .search-list'));
    var status = /** @type {HTMLElement} */ (document.querySelector('.search-page .search-status'));
    page.value = new URLSearchParams(location.search).get('q') || '';
    connect(page, list, status, 20);
  }
})();
