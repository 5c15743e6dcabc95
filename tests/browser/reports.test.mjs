// The reports of `bindery check` are what those who read them say they must be.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import Ajv from 'ajv';
import AjvOld from 'ajv-draft-04';
import { validateXML } from 'xmllint-wasm';
import { bindery, book, code, folder, make, md } from './desk.mjs';

const scratch = folder('reports');
const schemas = path.join(import.meta.dirname, 'schemas');
const read = (...parts) => readFileSync(path.join(...parts), 'utf8');

/** A repo with findings in many forms: odd names, odd words, every severity. */
function repo() {
  const root = path.join(scratch, 'repo');
  mkdirSync(path.join(root, 'da ta & <co>'), { recursive: true });
  const error = { output_type: 'error', ename: 'Err\u0001<or>', evalue: '"&\u001b[31m\ufffe \ud83d\ude00', traceback: [] };
  const cells = [md('# T\n\n[a](gone.md?x=1&y="2") ![](lost.png)\n\n### Deep\n\nhttps://example.org'), code('run()', [error]), md(''), code('set -x')];
  writeFileSync(path.join(root, 'da ta & <co>', "it's 100%,:\u00fc.ipynb"), book(cells));
  writeFileSync(path.join(root, 'broken.ipynb'), '{');
  writeFileSync(path.join(root, 'fine.md'), '# Fine');
  writeFileSync(path.join(root, '_toc.yml'), 'format: jb-book\nroot: fine\nchapters:\n- file: gone\n');
  return root;
}

/** @type {Record<string, string>} */
const said = {};

before(() => {
  make();
  const root = repo();
  for (const form of ['sarif', 'junit', 'codequality', 'json', 'github']) {
    const done = spawnSync(bindery, ['check', root, '--format', form], { encoding: 'utf8' });
    assert.equal(done.status, 1, done.stderr);
    said[form] = done.stdout;
  }
});

test('SARIF is what OASIS says it is', () => {
  const ajv = new AjvOld({ strict: false, allErrors: true, validateFormats: false });
  const isValid = ajv.compile(JSON.parse(read(schemas, 'sarif-schema-2.1.0.json')));
  const report = JSON.parse(said.sarif);
  assert.ok(isValid(report), JSON.stringify(isValid.errors?.slice(0, 5)));
  const [run] = report.runs;
  assert.ok(run.results.length > 5);
  for (const result of run.results) {
    assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
    const { uri } = result.locations[0].physicalLocation.artifactLocation;
    assert.match(uri, /^[\x21-\x7e]+$/);
  }
  const prints = run.results.map((result) => result.partialFingerprints['bindery/v1']);
  assert.equal(new Set(prints).size, prints.length);
  assert.ok(!isValid({ ...report, version: 2 }));
});

test('JUnit is what Jenkins and GitLab read', async () => {
  const check = (contents) => validateXML({ xml: [{ fileName: 'report.xml', contents }], schema: [read(schemas, 'junit-10.xsd')] });
  const result = await check(said.junit);
  assert.ok(result.valid, JSON.stringify(result.errors.slice(0, 5)));
  assert.ok(!(await check(said.junit.replaceAll('<testcase', '<testcases'))).valid);
  const names = [...said.junit.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"/g)].map(([, file, name]) => `${file} ${name}`);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.includes('fine.md no findings') && names.includes('broken.ipynb notebook-invalid'));
});

test('Code Quality is what GitLab reads', () => {
  const isValid = new Ajv({ strict: false }).compile(JSON.parse(read(schemas, 'codeclimate.json')));
  const report = JSON.parse(said.codequality);
  assert.ok(report.length > 5);
  for (const entry of report) {
    assert.ok(isValid(entry), JSON.stringify(isValid.errors));
    assert.ok(['info', 'minor', 'major', 'critical', 'blocker'].includes(entry.severity));
    assert.ok(entry.check_name && entry.location.lines.begin >= 1 && !entry.location.path.startsWith('./'));
  }
  assert.notEqual(said.codequality.charCodeAt(0), 0xfeff);
  assert.equal(new Set(report.map((entry) => entry.fingerprint)).size, report.length);
});

test('annotations of GitHub are one line each, with what means something there escaped', () => {
  const lines = said.github.trimEnd().split('\n');
  assert.equal(lines.length, JSON.parse(said.json).findings.length);
  for (const line of lines) assert.match(line, /^::(error|warning|notice) file=[^,:]+,line=\d+,title=[a-z0-9-]+::/);
  assert.ok(said.github.includes("it's 100%25%2C%3A\u00fc.ipynb"));
});
