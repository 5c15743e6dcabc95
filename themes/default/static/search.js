// Search: reads the index below `_bindery/search/` (ARCHITECTURE.md, "The search index") and answers
// queries. It asks for files by `bindery.fetch`, which the page gives (search-ui.js) or the program.
(function () {
  'use strict';

  /** @typedef {{count: number, inline?: string, blocks: number[][]}} Found what the dictionary knows of a term */
  /** @typedef {{term: string, weight: number, whole: boolean}} Part a term of a group */
  /** @typedef {{word: string, last: boolean, pair: string[], parts: Part[]}} Group a word of the query, or two neighbours */
  /** @typedef {Part & {found: Found, slot: number}} Match a term of the index that stands for a part */
  /** @typedef {{group: Group, all: Match[], near: {term: string}[], rarity: number}} Read a group and what the index has of it */
  /** @typedef {{filter: string, not: boolean, typed: boolean}} Filter */
  /** @typedef {{page: number, passages: number[], score: number, share: number}} Ranked a page, its best passages first, and how much of the query it says */
  /** @typedef {[number, string, string, string]} Quote kind, anchor, heading, text */
  /** @typedef {{start: number, end: number, term: string}} Hit */

  var bindery = /** @type {any} */ (globalThis).bindery = /** @type {any} */ (globalThis).bindery || {};

  // Files of the index

  /** @type {Map<string, Promise<any>>} */
  var files = new Map();
  /** @type {Map<string, any>} */
  var arrived = new Map();
  bindery.shard = function (/** @type {string} */ name, /** @type {any} */ data) { arrived.set(name, data); };
  bindery.index = function (/** @type {any} */ data) { arrived.set('index', data); };

  /** @param {string} name @param {string} path @returns {Promise<any>} */
  function load(name, path) {
    var known = files.get(name);
    if (known) return known;
    var file = /** @type {Promise<void>} */ (bindery.fetch(path)).then(function () {
      // A page to sign in comes as a file that says nothing.
      if (!arrived.has(name)) throw new Error('unloaded');
      var data = arrived.get(name);
      arrived.delete(name);
      return data;
    });
    files.set(name, file);
    file.catch(function () { files.delete(name); });
    return file;
  }

  /** @returns {Promise<any>} */
  function index() {
    return load('index', 'index.js').then(function (root) {
      /** @param {string} text */
      function list(text) { return text ? text.split('\n') : []; }
      if (!root.sets) root.sets = { d: list(root.d), w: list(root.w), r: list(root.r) };
      return root;
    });
  }

  /** @param {any} root @param {string} name */
  function part(root, name) { return load(name, root.gen + '/' + name + '.js'); }

  /** All of some lists. @param {Promise<any[]>[]} lists @returns {Promise<any[]>} */
  function flat(lists) {
    return Promise.all(lists).then(function (all) { return all.flat(); });
  }

  // Numbers as text

  var ALPHABET = "!#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  /** @type {number[]} */
  var VALUES = [];
  for (var value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

  /** @param {string} text @param {number} at */
  function reader(text, at) {
    return {
      at: function () { return at; },
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

  /** A place is the number of its page times this, plus the number of the passage. */
  var PAGE = 65536;
  /** @param {number} place */
  function pageOf(place) { return Math.floor(place / PAGE); }

  /** The places of a block, and by how much, one behind the other. @param {string} block @returns {number[]} */
  function postings(block) {
    var read = reader(block, 0), page = 0, all = [];
    while (!read.done()) {
      page += read.next();
      for (var more = 1; more;) {
        var passage = read.next();
        more = passage % 2;
        all.push(page * PAGE + (passage >> 1), read.next());
      }
    }
    return all;
  }

  // Terms: the same specification as src/search/token.rs

  // A run of a script without spaces, or a chunk: runs of characters of words, and single joiners between.
  var DENSE = '(?=[\\u0e00-\\u0eff\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff])[\\p{Alphabetic}\\p{N}\\p{M}]';
  var WORD = '(?![\\u0e00-\\u0eff\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\u{10000}-\\u{10ffff}])[\\p{Alphabetic}\\p{N}\\p{M}_]';
  var TOKEN = new RegExp('((?:' + DENSE + ')+)|(?:' + WORD + ')+(?:[-./:@+\\\\](?:' + WORD + ')+)*', 'gu');

  /** @param {string} text */
  function fold(text) {
    // Letter by letter: a final sigma is one like any other.
    var lower = /^[\0-\x7f]*$/.test(text) ? text.toLowerCase() : Array.from(text, function (c) { return c.toLowerCase(); }).join('');
    return lower.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
  }

  /** @param {string} term */
  function fits(term) {
    return term && (term.length <= 21 || encodeURIComponent(term).replace(/%../g, '.').length <= 64);
  }

  /**
   * @param {string} text
   * @param {function(string, boolean, number, number): void} emit a term, whether it is whole, where its chunk stands
   */
  function terms(text, emit) {
    var last = 0;
    for (var found of text.matchAll(TOKEN)) {
      var start = found.index || 0, run = found[0], end = start + run.length;
      if (!found[1]) {
        var before = start;
        while (before > last && text[before - 1] === '-') before--;
        chunk(run, start - before, start, end, emit);
      } else if (run.length === 1) {
        emit(run, true, start, end);
      } else {
        for (var pair = start; pair + 1 < end; pair++) emit(text.slice(pair, pair + 2), true, pair, pair + 2);
      }
      last = end;
    }
  }

  /** @param {string} text @param {number} dashes @param {number} start @param {number} end @param {function(string, boolean, number, number): void} emit */
  function chunk(text, dashes, start, end, emit) {
    var whole = fold(text);
    /** @param {string} term @param {boolean} [isWhole] */
    function say(term, isWhole) { if (fits(term)) emit(term, !!isWhole, start, end); }
    // A flag is one term with its dashes.
    if (dashes === 1 || dashes === 2) say('--'.slice(0, dashes) + whole.split(/[/:@\\]/)[0], true);
    say(whole, true);
    if (!/[-./:@+\\_]|.[A-Z]/.test(text)) return;
    var strong = text.split(/[/:@\\]/);
    strong.forEach(function (piece) {
      if (strong.length > 1) say(fold(piece));
      var names = piece.split(/[.+]/);
      names.forEach(function (name) {
        if (names.length > 1) say(fold(name));
        var parts = name.split(/[-_]/);
        parts.forEach(function (part) {
          if (parts.length > 1) say(fold(part));
          var words = part.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
          if (words.length > 1) words.forEach(function (word) { say(fold(word)); });
        });
      });
    });
  }

  /** Whether a term differs from run to run. @param {string} term */
  function volatile(term) {
    if (!/^[0-9a-f]/.test(term)) return false;
    if (/^\d+$/.test(term)) return term.length <= 2 || term.length >= 6;
    if (/^[0-9a-f-]+$/.test(term) && /\d/.test(term) && /[a-z]/.test(term) && term.replace(/-/g, '').length >= 7) return true;
    return /^\d{1,4}:\d\d|^\d{4}-\d\d/.test(term) ||
      /^\d+\.?\d*(ms|s|us|ns|m|h|d|b|kb|mb|gb|tb|kib|mib|gib|k|x|z|t)?$/.test(term);
  }

  /** Terms of a text: the term, whether it is whole, whether it is volatile. */
  bindery.terms = function (/** @type {string} */ text) {
    /** @type {[string, boolean, boolean][]} */
    var all = [];
    terms(text, function (term, whole) { all.push([term, whole, volatile(term)]); });
    return all;
  };

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

  /** @type {Map<string, Map<string, string>>} */
  var parsed = new Map();
  /** The lines of a file. @param {any} root @param {string} name @returns {Promise<Map<string, string>>} */
  function lines(root, name) {
    if (!root.sets[name[0]].length) return Promise.resolve(new Map());
    return part(root, name).then(function (text) {
      var all = parsed.get(name);
      if (!all) {
        var last = '', known = all = new Map();
        text.split('\n').forEach(function (/** @type {string} */ line) {
          var space = line.indexOf(' '), kept = VALUES[line.charCodeAt(0)];
          if (space < 0) return;
          last = (/[^\0-\x7f]/.test(last) ? Array.from(last).slice(0, kept).join('') : last.slice(0, kept)) + line.slice(1, space);
          known.set(last, line.slice(space + 1));
        });
        parsed.set(name, known);
      }
      return all;
    });
  }

  /** The lines of all files in which terms with a beginning stand, up to so many files. @param {any} root @param {string} kind @param {string} start @param {number} most @returns {Promise<[string, string][]>} */
  function range(root, kind, start, most) {
    var firsts = root.sets[kind], first = place(firsts, start), wanted = [];
    for (var number = first; number < firsts.length && number < first + most && (number === first || firsts[number].slice(0, start.length) <= start); number++) {
      wanted.push(lines(root, kind + number).then(function (list) { return Array.from(list); }));
    }
    return flat(wanted);
  }

  /** @param {string} rest @returns {Found} */
  function entry(rest) {
    var read = reader(rest, 0), found = { count: read.next(), blocks: /** @type {number[][]} */ ([]) };
    if (rest[read.at()] === '!') return { count: found.count, blocks: [], inline: rest.slice(read.at() + 1) };
    while (!read.done()) found.blocks.push([read.next() - 1, read.next(), read.next()]);
    return found;
  }

  /** @param {string} term */
  function plain(term) { return /^\p{L}+$/u.test(term); }

  /**
   * What the dictionary holds of a term: itself, words of its stem, words that it begins.
   * @param {any} root @param {string} term @param {boolean} open @returns {Promise<{term: string, weight: number, found: Found}[]>}
   */
  function look(root, term, open) {
    var firsts = root.sets.d;
    return Promise.all([lines(root, 'd' + place(firsts, term)), open && term.length > 1 ? range(root, 'd', term, 4) : []]).then(function (both) {
      var own = both[0];
      /** @type {Map<string, number>} */
      var weights = new Map();
      if (own.has(term)) weights.set(term, 1);
      // The longest beginning that is a stem stands for the word.
      // A word that is being typed and goes on is no form of a shorter one.
      var goesOn = both[1].some(function (line) { return line[0].length > term.length && line[0].indexOf(term) === 0 && plain(line[0]); });
      if (/^\p{L}{3,}$/u.test(term)) for (var cut = 0; cut <= (goesOn ? 0 : 4) && term.length - cut >= 3; cut++) {
        // English writes `policy` and `policies`.
        var bare = cut ? term.slice(0, -cut) : own.has(term + '!') ? term : term.replace(/y$/, 'i'), stem = own.get(bare + '!'), forms = stem === undefined ? [] : stem.split(',').map(function (said) {
          return bare.slice(0, bare.length - VALUES[said.charCodeAt(0)]) + said.slice(1);
        });
        // A word that is there has the stem that lists it; another one is taken for a form.
        var isKnown = forms.indexOf(term) >= 0;
        if (own.has(term) ? isKnown : forms.length) {
          forms.forEach(function (word) { if (!weights.has(word)) weights.set(word, isKnown || !cut ? 0.85 : 0.55); });
          break;
        }
        if (!own.has(term) && cut > 0 && own.has(bare) && bare.length > 3) { weights.set(bare, 0.55); break; }
      }
      // Words before names, each the most frequent first.
      both[1].filter(function (line) {
        return line[0].indexOf(term) === 0 && line[0].indexOf('!') < 0 && !weights.has(line[0]);
      }).map(function (line) {
        return { term: line[0], count: entry(line[1]).count, plain: plain(line[0]) };
      }).sort(function (a, b) {
        return Number(b.plain) - Number(a.plain) || b.count - a.count || (a.term < b.term ? -1 : 1);
      }).slice(0, 10).forEach(function (line) {
        weights.set(line.term, (own.has(term) ? 0.4 : 0.8) * (line.plain ? 1 : 0.7));
      });
      return flat(Array.from(weights, function (pair) {
        return lines(root, 'd' + place(firsts, pair[0])).then(function (list) {
          var line = list.get(pair[0]);
          return line === undefined ? [] : [{ term: pair[0], weight: pair[1], found: entry(line) }];
        });
      }));
    });
  }

  /** @param {any} root @param {Found} found @param {boolean} [whole] @returns {Promise<number[]>} */
  function block(root, found, whole) {
    if (found.inline !== undefined) return Promise.resolve(postings(found.inline));
    return flat((whole ? found.blocks : found.blocks.slice(0, 1)).map(function (at) {
      return part(root, 'p' + at[0]).then(function (text) { return postings(text.slice(at[1], at[1] + at[2])); });
    }));
  }

  /** All places of a term. @param {any} root @param {string} term @returns {Promise<number[] | null>} */
  function every(root, term) {
    return lines(root, 'd' + place(root.sets.d, term)).then(function (list) {
      var line = list.get(term);
      return line === undefined ? null : block(root, entry(line), true).then(function (all) {
        return all.filter(function (number, at) { return at % 2 === 0; });
      });
    });
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

  /** @param {string} text */
  function reversed(text) { return Array.from(text).reverse().join(''); }

  /** Words near a word that is not there: they share its beginning or its end. @param {any} root @param {string} term @returns {Promise<{term: string, far: number, count: number}[]>} */
  function near(root, term) {
    var most = term.length >= 8 ? 2 : 1;
    return Promise.all([range(root, 'w', term.slice(0, 2), 4), range(root, 'r', reversed(term).slice(0, 2), 4)]).then(function (lists) {
      /** @type {Map<string, {term: string, far: number, count: number}>} */
      var found = new Map();
      lists.forEach(function (list, kind) {
        list.forEach(function (line) {
          if (Math.abs(line[0].length - term.length) > most) return;
          var word = kind ? reversed(line[0]) : line[0], far = distance(term, word, most);
          if (far <= most) found.set(word, { term: word, far: far, count: VALUES[line[1].charCodeAt(0)] });
        });
      });
      return Array.from(found.values()).sort(function (a, b) {
        return a.far - b.far || b.count - a.count || (a.term < b.term ? -1 : 1);
      }).slice(0, 5);
    });
  }

  // Queries

  /** @typedef {{text: string, minus: boolean, phrase: boolean, filter: string}} Token a word of a query as it was typed */

  /** Tells words, phrases, filters and what is excluded. @param {any} root @param {string} text @returns {Promise<{words: string, phrases: string[], not: Token[], filters: Filter[]}>} */
  function parse(root, text) {
    var isOpen = !/\s$/.test(text);
    /** @type {Token[]} */
    var all = Array.from(text.matchAll(/(-?)"([^"]+)"(?=\s|$)|\S+/g), function (found) {
      var word = found[0], key = /^-?([^:]+):(.*)$/.exec(word), isKey = key && !found[2] && root.f.indexOf(fold(key[1])) >= 0;
      return { text: found[2] || word, phrase: !!found[2], filter: key && isKey ? '!' + fold(key[1] + ':' + key[2]).replace(/\/$/, '') : '',
        minus: found[2] ? !!found[1] : /^-[^-].+/.test(word) && (!!isKey || (word.length > 3 && !/[A-Z=]/.test(word))) };
    });
    var words = all.filter(function (token) { return !token.minus && !token.phrase && !token.filter; });
    var first = all.indexOf(words[0]), last = all.lastIndexOf(words[words.length - 1]);
    return Promise.all(all.map(function (token, at) {
      // In a pasted line quotes and dashes are those of the line: a phrase has few words beside it,
      // and what is excluded stands behind or before all else.
      if (words.length > 3) token.phrase = false;
      if (token.phrase || token.filter || !token.minus) return false;
      if (at > first && at < last) return true;
      // What some page has as a flag is one.
      return lines(root, 'd' + place(root.sets.d, fold(token.text))).then(function (list) { return list.has(fold(token.text)); });
    })).then(function (flags) {
      flags.forEach(function (isFlag, at) { if (isFlag) all[at].minus = false; });
      // A filter that is being typed is none yet.
      var typed = isOpen && all.length ? all[all.length - 1] : null;
      return {
        words: all.filter(function (token) { return !token.minus && !token.filter; }).map(function (token) { return token.text; }).join(' ') + (isOpen && !(typed && typed.filter) ? '' : ' '),
        phrases: all.filter(function (token) { return token.phrase && !token.minus; }).map(function (token) { return token.text; }),
        not: all.filter(function (token) { return token.minus && !token.filter; }),
        filters: all.filter(function (token) { return token.filter; }).map(function (token) { return { filter: token.filter, not: token.minus, typed: token === typed }; }),
      };
    });
  }

  /** The words of a query, and its neighbours where it is as long as a line. @param {string} text @returns {Group[]} */
  function groups(text) {
    /** @type {Map<number, Group>} */
    var byPlace = new Map();
    terms(text, function (term, whole, start, end) {
      var group = byPlace.get(start);
      if (!group) byPlace.set(start, group = { word: text.slice(start, end), last: end === text.length, pair: [], parts: [] });
      // Of a flag the name without its dashes is a part like any other.
      var bare = whole && group.parts.length > 0 && group.parts[0].term[0] === '-';
      group.parts.push({ term: term, weight: bare ? 0.15 : whole ? 1 : 0.45, whole: whole && !bare });
    });
    var all = Array.from(byPlace.values()), seen = new Set();
    if (all.length > 3) {
      var steady = all.map(function (group) {
        return (group.parts.find(function (part) { return part.term[0] !== '-'; }) || group.parts[0]).term;
      }).filter(function (term) { return term.length > 1 && term[0] !== '-' && !/\d/.test(term); });
      steady.slice(1).forEach(function (term, number) {
        all.push({ word: '', last: false, pair: [steady[number], term], parts: [{ term: '~' + steady[number] + '!' + term, weight: 1, whole: true }] });
      });
    }
    // In a whole line the names that bear numbers are those that differ from run to run.
    if (byPlace.size > 5) {
      all.forEach(function (group) {
        group.parts.forEach(function (part) { if (/\d/.test(part.term)) part.weight *= 0.3; });
      });
    }
    // In a short query a version or a port is meant.
    var isLine = byPlace.size > 5;
    if (!isLine) all.forEach(function (group) { if (volatile(group.parts[0].term)) group.parts.forEach(function (part) { part.weight *= 0.6; }); });
    var firm = all.filter(function (group) { return !isLine || !volatile(group.parts[0].term); });
    return (firm.length ? firm : all).filter(function (group) {
      var key = group.parts[0].term;
      return !seen.has(key) && seen.add(key);
    });
  }

  /** How many words of a query, and how many pairs, are read: the rarest of them. */
  var MOST_WORDS = 7, MOST_PAIRS = 6;

  /** How much of a query a page has to say to be an answer: no answer is better than a wrong one. */
  var ENOUGH = 0.48;

  /** How much a term says that stands so often. @param {any} root @param {number} count */
  function rarity(root, count) { return Math.log(1 + (root.n - count + 0.5) / (count + 0.5)); }

  /** What the index has of a word. @param {any} root @param {Group} group @param {boolean} isForgiving @returns {Promise<Read>} */
  function read(root, group, isForgiving) {
    return flat(group.parts.map(function (part, slot) {
      return look(root, part.term, group.last && slot === 0).then(function (all) {
        return all.map(function (one) { return { term: one.term, weight: one.weight * part.weight, found: one.found, whole: part.whole, slot: part.whole ? -1 : slot }; });
      });
    })).then(function (/** @type {Match[]} */ all) {
      var said = { group: group, all: all, near: /** @type {any[]} */ ([]), rarity: 0 };
      var term = group.parts[0].term;
      var isThere = all.some(function (one) { return one.weight >= 0.8; });
      if (isThere || !isForgiving || group.parts.length > 1 || !/^\p{L}{4,}$/u.test(term)) return said;
      return near(root, term).then(function (words) {
        said.near = words;
        return flat(words.map(function (word) {
          return look(root, word.term, false).then(function (found) {
            return found.map(function (one) { return { term: one.term, weight: one.weight * (word.far > 1 ? 0.35 : 0.6), found: one.found, whole: true, slot: -1 }; });
          });
        }));
      }).then(function (more) {
        said.all = all.concat(more);
        return said;
      });
    }).then(function (/** @type {Read} */ said) {
      var whole = said.all.filter(function (one) { return one.whole; });
      // Of forms of one word the most frequent tells how rare it is, of parts of a name the rarest.
      var counts = (whole.length ? whole : said.all).map(function (one) { return one.found.count; });
      var count = counts.reduce(function (a, b) { return whole.length ? Math.max(a, b) : Math.min(a, b); }, counts[0] || 0);
      var most = Math.max.apply(null, group.parts.map(function (part) { return part.weight; }));
      said.rarity = most * (said.all.length ? rarity(root, count) : rarity(root, 0) * 0.6);
      return said;
    });
  }

  /** The pages that have each filter; one that is being typed and is none yet is left out. @param {any} root @param {Filter[]} filters */
  function filtered(root, filters) {
    return flat(filters.map(function (filter) {
      return Promise.all([every(root, filter.filter), range(root, 'd', filter.filter, 1)]).then(function (both) {
        var all = both[0], goesOn = both[1].some(function (line) { return line[0].indexOf(filter.filter) === 0; });
        return all || !filter.typed || !goesOn ? [{ filter: filter.filter, not: filter.not, pages: new Set((all || []).map(pageOf)) }] : [];
      });
    }));
  }

  /** The passages that hold all words of a text, by page. @param {any} root @param {string} text @returns {Promise<Map<number, number[]>>} */
  function holding(root, text) {
    /** @type {string[]} */
    var wanted = [];
    terms(text, function (term, whole) { if (whole && term[0] !== '-') wanted.push(term); });
    return Promise.all(wanted.map(function (term) { return every(root, term); })).then(function (lists) {
      var sets = lists.map(function (list) { return new Set(list || []); }), all = new Map();
      (lists[0] || []).forEach(function (place) {
        if (!sets.every(function (set) { return set.has(place); })) return;
        var page = pageOf(place);
        all.set(page, (all.get(page) || []).concat(place % PAGE));
      });
      return all;
    });
  }

  /** How many words of a query are looked up, and up to how many slips of the hand are forgiven. */
  var MOST_LOOKED_UP = 40, MOST_FORGIVEN = 8;

  /**
   * @param {string} text
   * @param {{limit?: number}} [options]
   */
  function answer(text, options) {
    var limit = options && options.limit !== undefined ? options.limit : 10;
    return index().then(function (root) {
      return parse(root, text).then(function (said) {
        var wanted = groups(said.words), single = wanted.filter(function (group) { return !group.pair.length; }).slice(0, MOST_LOOKED_UP);
        var asked = single.concat(wanted.filter(function (group) { return group.pair.length; }).slice(0, MOST_LOOKED_UP));
        /** @param {string} text */
        function holds(text) { return holding(root, text); }
        return Promise.all([
          Promise.all(asked.map(function (group) { return read(root, group, single.length <= MOST_FORGIVEN); })),
          filtered(root, said.filters),
          Promise.all(said.phrases.map(holds)),
          Promise.all(said.not.map(function (token) { return holds(token.text.replace(/^-/, '')); })),
        ]).then(function (all) {
          // Words are excluded at once; phrases once they are read.
          var strict = { phrases: said.phrases, holding: all[2], not: /** @type {string[]} */ ([]), without: /** @type {Map<number, number[]>[]} */ ([]) };
          var gone = /** @type {Map<number, number[]>[]} */ ([]);
          said.not.forEach(function (token, number) {
            if (token.phrase) { strict.not.push(token.text); strict.without.push(all[3][number]); } else gone.push(all[3][number]);
          });
          /** @param {number} page */
          function passes(page) {
            return all[1].every(function (filter) { return filter.pages.has(page) !== filter.not; }) &&
              all[2].every(function (places) { return places.has(page); }) && !gone.some(function (places) { return places.has(page); });
          }
          var isNarrow = all[1].length > 0 || said.phrases.length > 0 || said.not.length > 0;
          return rank(root, all[0], passes, isNarrow).then(function (ranked) {
            return chosen(root, all[0], ranked, strict, limit);
          });
        });
      });
    });
  }

  /** Pages by what they say of a query, the best first; where few pass, all places of its words are read. @param {any} root @param {Read[]} said @param {function(number): boolean} passes @param {boolean} isNarrow @returns {Promise<Ranked[]>} */
  function rank(root, said, passes, isNarrow) {
    // Without words all pages that pass; `!` is what all pages have.
    if (!said.length) return !isNarrow ? Promise.resolve([]) : every(root, '!').then(function (all) {
      return (all || []).map(pageOf).filter(passes).map(function (page) { return { page: page, passages: [0], score: 1, share: 1 }; });
    });
    var words = said.filter(function (one) { return !one.group.pair.length; });
    /** The rarest; what is everywhere beside them tells nothing. @param {Read[]} list @param {number} most */
    function rarest(list, most) {
      var all = list.filter(function (one) { return one.all.length; }).sort(function (a, b) { return b.rarity - a.rarity; });
      return all.slice(0, most).filter(function (one) { return one.rarity > all[0].rarity * 0.12; });
    }
    var chosen = rarest(words.slice(), MOST_WORDS), asked = chosen.length;
    chosen = chosen.concat(rarest(said.filter(function (one) { return one.group.pair.length; }), MOST_PAIRS));
    return Promise.all(chosen.map(function (one) {
      return Promise.all(one.all.map(function (match) {
        return block(root, match.found, isNarrow).then(function (list) { return { match: match, list: list }; });
      }));
    })).then(function (lists) {
      // What each word says at each place, then all of them together.
      var scores = lists.map(function (matches, number) {
        /** @type {Map<number, Map<number, number>>} */
        var slots = new Map();
        matches.forEach(function (one) {
          // The whole name has its own rarity, and so have its parts.
          var own = rarity(root, one.match.found.count);
          var weight = one.match.weight * (one.match.whole ? Math.min(own, chosen[number].rarity * 1.2) : own);
          // Forms of a word stand for each other; parts of a name add up, to less than the name.
          var slot = slots.get(one.match.slot);
          if (!slot) slots.set(one.match.slot, slot = new Map());
          for (var at = 0; at < one.list.length; at += 2) {
            var score = weight * (0.25 + one.list[at + 1] / 45);
            if (!(score <= /** @type {number} */ (slot.get(one.list[at])))) slot.set(one.list[at], score);
          }
        });
        var all = Array.from(slots.values()), sum = all[0];
        all.slice(1).forEach(function (slot) {
          slot.forEach(function (score, place) { sum.set(place, (sum.get(place) || 0) + score); });
        });
        return sum;
      });
      /** @type {Map<number, number>} */
      var sums = new Map();
      /** @type {Map<number, {best: number[], places: number[]}>} */
      var pages = new Map();
      scores.forEach(function (list, number) {
        list.forEach(function (score, place) {
          var before = sums.get(place), page = pages.get(pageOf(place));
          if (!page) pages.set(pageOf(place), page = { best: [], places: [] });
          if (before === undefined) page.places.push(place);
          sums.set(place, (before || 0) + score);
          if (!(score <= page.best[number])) page.best[number] = score;
        });
      });
      /** @param {Read[]} list */
      function sum(list) { return list.reduce(function (sum, one) { return sum + one.rarity; }, 0); }
      var considered = sum(chosen.slice(0, asked)) || 1, missing = sum(words) - considered;
      /** @type {Ranked[]} */
      var ranked = [];
      pages.forEach(function (page, number) {
        if (!passes(number)) return;
        var all = page.places.map(function (place) {
          return { passage: place % PAGE, place: place, sum: sums.get(place) || 0 };
        }).sort(function (a, b) { return b.sum - a.sum || a.passage - b.passage; });
        var best = all[0].sum, beside = 0, there = 0;
        page.best.forEach(function (score, group) {
          var own = scores[group].get(all[0].place);
          if (group < asked || own) beside += Math.max(0, score - (own || 0));
        });
        var neighbours = chosen.filter(function (one, group) { return page.best[group] && one.group.pair.length; }).map(function (one) { return one.group.pair; }).flat();
        chosen.slice(0, asked).forEach(function (one, group) {
          if (page.best[group] || one.group.parts.some(function (part) { return neighbours.indexOf(part.term) >= 0; })) there += one.rarity;
        });
        var share = there / (considered + Math.max(0, missing) * 0.5);
        ranked.push({ page: number, passages: all.filter(function (one) { return one.sum > best * 0.6; }).map(function (one) { return one.passage; }),
          score: (best + 0.4 * beside) * (0.2 + 0.8 * share), share: 0 });
      });
      ranked.sort(function (a, b) { return b.score - a.score || a.page - b.page; });
      if (!isNarrow) ranked = ranked.filter(function (one) { return one.score > ranked[0].score * 0.12; }).slice(0, 100);
      weigh(root, words, chosen.slice(0, asked), lists, ranked, chosen.slice(asked));
      return ranked;
    });
  }

  /**
   * Tells how much of a query each page says: all of it is 1. A slip of the hand counts less, and of
   * a name that is not there the square of what parts of it are.
   * @param {any} root @param {Read[]} words @param {Read[]} chosen those that were read @param {{match: Match, list: number[]}[][]} lists
   * @param {Ranked[]} ranked @param {Read[]} pairs
   */
  function weigh(root, words, chosen, lists, ranked, pairs) {
    /** @type {Map<number, {whole: number, slots: Map<number, number>}[]>} */
    var pages = new Map(ranked.map(function (one) { return [one.page, []]; }));
    lists.forEach(function (matches, group) {
      matches.forEach(function (one) {
        for (var at = 0; at < one.list.length; at += 2) {
          var said = pages.get(pageOf(one.list[at]));
          if (!said) continue;
          var own = said[group] = said[group] || { whole: 0, slots: new Map() };
          if (one.match.whole) own.whole = Math.max(own.whole, one.match.weight);
          else own.slots.set(one.match.slot, rarity(root, one.match.found.count));
        }
      });
    });
    var all = 0;
    words.forEach(function (one) {
      if (chosen.indexOf(one) >= 0) all += one.rarity;
      else if (!one.all.length) all += one.rarity / 0.6 * (words.length > 4 ? 0.6 : 1);
    });
    ranked.forEach(function (page) {
      var said = pages.get(page.page) || [];
      // Where two neighbours are, both words are, also beyond the best places of frequent words.
      var neighbours = pairs.filter(function (one, number) { return said[chosen.length + number]; }).map(function (one) { return one.group.pair; }).flat();
      chosen.forEach(function (one, group) {
        var own = said[group], parts = one.group.parts, whole = parts[0].weight;
        var share = own ? Math.min(1, own.whole / whole / 0.8) : 0;
        if (own && !share) {
          var there = 0, wanted = 0;
          parts.forEach(function (part, slot) {
            if (part.whole) return;
            var found = own.slots.get(slot);
            there += found || 0;
            wanted += found || rarity(root, 0);
          });
          share = there * there / (wanted * wanted);
        }
        if (parts.some(function (part) { return neighbours.indexOf(part.term) >= 0; })) share = 1;
        page.share += share * one.rarity / (all || 1);
      });
    });
  }

  /** Terms that are known, where they stand. @param {string} text @param {{has: function(string): boolean}} known @returns {Hit[]} */
  function hits(text, known) {
    /** @type {Hit[]} */
    var all = [];
    terms(text, function (term, whole, start, end) { if (known.has(term)) all.push({ start: start, end: end, term: term }); });
    return all;
  }

  /** What each term of a query is worth: its group, and how much. @param {Read[]} said */
  function worths(said) {
    /** @type {Map<string, {group: number, value: number}>} */
    var all = new Map();
    said.forEach(function (one, group) {
      if (!one.group.pair.length) one.all.forEach(function (match) {
        var value = one.rarity * Math.min(1, match.weight * (match.whole ? 1 : 1.5)), known = all.get(match.term);
        if (!known || known.value < value) all.set(match.term, { group: group, value: value });
      });
    });
    return all;
  }

  /** How much the best stretch of a text says. @param {Hit[]} found @param {Map<string, {group: number, value: number}>} worth */
  function closeness(found, worth) {
    var best = 0;
    found.forEach(function (hit, from) {
      /** @type {number[]} */
      var seen = [];
      for (var at = from; at < found.length && found[at].start - hit.start < 160; at++) {
        var one = /** @type {{group: number, value: number}} */ (worth.get(found[at].term));
        seen[one.group] = Math.max(seen[one.group] || 0, one.value);
      }
      best = Math.max(best, seen.reduce(function (sum, value) { return sum + value; }, 0));
    });
    return best;
  }

  /** Reads what results quote: those first that say it in one stretch. @param {any} root @param {Read[]} said @param {Ranked[]} ranked @param {any} strict @param {number} limit */
  function chosen(root, said, ranked, strict, limit) {
    var worth = worths(said), total = 0, wanted = said.filter(function (one) { return !one.group.pair.length; }).length;
    said.forEach(function (one) { if (!one.group.pair.length) total += one.rarity; });
    /** @param {string} text */
    function even(text) { return fold(text).replace(/\s+/g, ' '); }
    /** @param {number} page @param {number} passage @returns {Promise<any>} */
    function quoted(page, passage) {
      return part(root, 'q' + Math.floor(page / 1000) + '/' + page + '-' + Math.floor(passage / root.per)).then(function (file) {
        return { file: file, quotes: /** @type {Quote[]} */ (file.q[passage % root.per] || []) };
      });
    }
    /** The first passage of a page that says a text as it stands, or -1. @param {number} page @param {number[]} passages @param {string} text @returns {Promise<number>} */
    function says(page, passages, text) {
      return flat(passages.slice(0, 60).map(function (passage) {
        return quoted(page, passage).then(function (one) {
          var all = one.quotes.map(function (/** @type {Quote} */ quote) { return [quote[2], quote[3]]; }).flat().concat(passage ? [] : one.file.t);
          return all.some(function (/** @type {string} */ said) { return even(said).indexOf(even(text)) >= 0; }) ? [passage] : [];
        });
      })).then(function (found) { return found.length ? found[0] : -1; });
    }
    /** Reads pages until there are enough. @param {number} from @param {any[]} before @returns {Promise<any[]>} */
    function readOn(from, before) {
      var next = ranked.slice(from, from + limit);
      if (!next.length || before.length >= limit) return Promise.resolve(before);
      return Promise.all(next.map(readOne)).then(function (kept) { return readOn(from + limit, before.concat(kept.filter(Boolean))); });
    }
    return readOn(0, []).then(function (kept) {
      var results = kept.sort(function (a, b) { return b.score - a.score || a.page - b.page; }).slice(0, limit);
      var slips = said.filter(function (one) { return one.near.length && one.near[0].term !== one.group.parts[0].term; });
      var enough = results.filter(function (one) { return one.share >= ENOUGH; });
      return { results: enough, nearest: enough.length ? [] : results.slice(0, 3), many: enough.length >= limit && ranked.length > limit,
        hints: slips.map(function (one) { return { word: one.group.word, near: one.near[0].term }; }) };
    });
    /** @param {Ranked} one @returns {Promise<any>} */
    function readOne(one) {
      return Promise.all([
        Promise.all(strict.phrases.map(function (/** @type {string} */ text, /** @type {number} */ n) { return says(one.page, strict.holding[n].get(one.page) || [], text); })),
        Promise.all(strict.not.map(function (/** @type {string} */ text, /** @type {number} */ n) { return says(one.page, strict.without[n].get(one.page) || [], text); })),
      ]).then(function (kept) {
        if (kept[0].indexOf(-1) >= 0 || kept[1].some(function (place) { return place >= 0; })) return null;
        // Where a phrase is wanted, the passage that says it is the one to show.
        var passage = kept[0].length ? kept[0][0] : one.passages[0];
        return quoted(one.page, passage).then(function (found) {
          var file = found.file, near = closeness(hits(file.t, worth), worth);
          // What else the page says, as far as it came along.
          var passages = kept[0].length ? [passage] : one.passages.filter(function (other) {
            return Math.floor(other / root.per) === Math.floor(passage / root.per);
          });
          var quotes = passages.map(function (other, rank) {
            return (file.q[other % root.per] || []).map(function (/** @type {Quote} */ quote) {
              var inText = hits(quote[3], worth), inHead = hits(quote[2], worth), close = Math.max(closeness(inText, worth), closeness(inHead, worth));
              if (!rank) near = Math.max(near, close);
              return { quote: quote, hits: inText, head: inHead, close: close };
            });
          });
          var shown = excerpts(quotes, near), score = one.score * (wanted > 1 && total ? 0.6 + 0.8 * near / total : 0.6);
          // Words that stand together say more than words of one page.
          var share = one.share * (wanted > 1 && total ? 0.8 + 0.2 * Math.min(1, near / total) : 1);
          return { page: one.page, share: share, title: file.t, url: file.u, crumbs: file.c, score: score, shown: shown[0], more: shown.slice(1), titleHits: hits(file.t, worth) };
        });
      });
    }
  }

  // Excerpts

  var KINDS = ['prose', 'code', 'output', 'error'];

  /** @typedef {{quote: Quote, hits: Hit[], head: Hit[], close: number}} Said a quote and what it and its heading say of the query */

  /** How many terms stand in some hits. @param {Hit[]} found */
  function distinct(found) { return new Set(found.map(function (hit) { return hit.term; })).size; }

  /** What a result shows of its page: the quote that says most, and up to two others elsewhere that say nearly as much. @param {Said[][]} passages @param {number} near */
  function excerpts(passages, near) {
    /** @param {Said[]} all */
    function ordered(all) {
      return all.map(function (one, place) {
        return { one: one, place: place, score: distinct(one.hits) * 10 + distinct(one.head) * 6 + Math.min(one.hits.length, 5) };
      }).sort(function (a, b) { return b.score - a.score || a.place - b.place; }).map(function (one) { return one.one; });
    }
    var first = ordered(passages[0] || []), all = first.concat(ordered(passages.slice(1).flat())), seen = new Set();
    return all.filter(function (one, rank) {
      var isWanted = !seen.has(one.quote[1]) && (rank === 0 || (one.hits.length + one.head.length && one.close > near * 0.7));
      seen.add(one.quote[1]);
      return isWanted;
    }).slice(0, 3).map(function (one) { return excerpt(one, 220); });
  }

  /** A quote cut around what it says, as pieces that match or not. @param {Said} said @param {number} length */
  function excerpt(said, length) {
    var text = said.quote[3], from = 0, most = 0;
    said.hits.forEach(function (hit) {
      var inside = distinct(said.hits.filter(function (other) { return other.start >= hit.start && other.end <= hit.start + length - 40; }));
      if (inside > most) { most = inside; from = Math.max(0, hit.start - 40); }
    });
    if (from > 0) from += text.slice(from, from + 30).search(/\s/) + 1;
    var to = Math.min(text.length, from + length);
    return { kind: KINDS[said.quote[0]], anchor: said.quote[1], heading: said.quote[2], head: pieces(said.quote[2], said.head, 0, said.quote[2].length),
      pieces: pieces(text, said.hits, from, to), before: from > 0, after: to < text.length };
  }

  /** A stretch of text as pieces that match or not. @param {string} text @param {Hit[]} found @param {number} from @param {number} to */
  function pieces(text, found, from, to) {
    var all = /** @type {[string, boolean][]} */ ([]), at = from;
    found.forEach(function (hit) {
      if (hit.end > to || hit.end <= at || hit.start < from) return;
      // Pairs of characters overlap.
      if (hit.start < at) all[all.length - 1][0] += text.slice(at, hit.end);
      else all.push([text.slice(at, hit.start), false], [text.slice(hit.start, hit.end), true]);
      at = hit.end;
    });
    all.push([text.slice(at, to), false]);
    return all.filter(function (piece) { return piece[0]; });
  }

  /** Answers a query with all that the page shows. */
  bindery.ask = function (/** @type {string} */ query, /** @type {any} */ options) {
    return answer(query, options).then(function (found) {
      /** @param {string} url @param {any} shown */
      function link(url, shown) { return url + (shown && shown.anchor ? '#' + encodeURIComponent(shown.anchor) : ''); }
      found.results.concat(found.nearest).forEach(function (one) {
        one.link = link(one.url, one.shown);
        one.more.forEach(function (/** @type {any} */ shown) { shown.link = link(one.url, shown); });
        one.head = pieces(one.title, one.titleHits, 0, one.title.length);
      });
      return found;
    });
  };

  /** Answers a query: the promise of design and docs. @param {string} query @param {{limit?: number}} [options] */
  bindery.search = function (query, options) {
    return bindery.ask(query, options).then(function (/** @type {any} */ found) {
      return found.results.map(function (/** @type {any} */ one) {
        var shown = one.shown;
        return { url: one.link, title: one.title, heading: shown ? shown.heading : '',
          excerpt: shown ? shown.pieces.map(function (/** @type {any} */ piece) { return piece[0]; }).join('') : '',
          kind: shown ? shown.kind : 'prose', score: Math.round(one.score * 1000) / 1000 };
      });
    });
  };

  /** What pages can be filtered by: keys, or the values of a key that begin with something. @param {string} start @returns {Promise<{filter: string, count: number}[]>} */
  bindery.filters = function (start) {
    return index().then(function (root) {
      var colon = start.indexOf(':');
      if (colon < 0) {
        return root.f.filter(function (/** @type {string} */ key) { return key.indexOf(fold(start)) === 0; })
          .map(function (/** @type {string} */ key) { return { filter: key + ':', count: 0 }; });
      }
      var wanted = '!' + fold(start);
      return range(root, 'd', wanted, 4).then(function (list) {
        return list.filter(function (line) { return line[0].indexOf(wanted) === 0; }).map(function (line) {
          return { filter: line[0].slice(1), count: entry(line[1]).count };
        }).sort(function (a, b) { return b.count - a.count || (a.filter < b.filter ? -1 : 1); });
      });
    });
  };

  /** The words of the interface. */
  bindery.labels = function () { return index().then(function (root) { return root.l; }); };
})();
