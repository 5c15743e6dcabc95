// The template for GitLab, run as a pipeline: a merge request that must not land, one that may, the
// default branch, and what happens where an input is wrong.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { validateXML } from 'xmllint-wasm';
import Ajv from 'ajv';
import { bindery, book, folder, launch, make, md, repo } from './desk.mjs';

const scratch = folder('pipeline');
const runner = path.join(import.meta.dirname, 'node_modules/gitlab-ci-local/dist/index.js');
// A token of GitLab's form that nobody ever had.
const token = ['glpat', 'Zk3vQ9xW7mB2nR5tY8uL'].join('-');
let browser;

before(async () => {
  make();
  browser = await launch();
});
after(() => browser?.close());

/** A repo of the example notebooks on its default branch, with the template copied in. */
function desk(name, inputs = {}) {
  const at = path.join(scratch, name);
  const git = (...words) => execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...words], { cwd: at, stdio: 'pipe' }).toString().trim();
  cpSync(path.join(repo, 'example-notebooks'), at, { recursive: true });
  mkdirSync(path.join(at, '.gitlab'));
  cpSync(path.join(repo, 'templates/pages.yml'), path.join(at, '.gitlab/bindery.yml'));
  const write = (file, text) => {
    mkdirSync(path.dirname(path.join(at, file)), { recursive: true });
    writeFileSync(path.join(at, file), text);
  };
  const include = (entry, more = inputs) => write('.gitlab-ci.yml', JSON.stringify({ include: [{ ...entry, inputs: { binary: bindery, ...more } }] }));
  include({ local: '.gitlab/bindery.yml' });
  write('.gitignore', '.gitlab-ci-local/\n');
  git('init', '-q', '-b', 'main');
  git('remote', 'add', 'origin', 'https://gitlab.example.invalid/group/sub/project.git');
  const commit = () => {
    git('add', '-A');
    git('commit', '-qm', 'change');
  };
  commit();
  git('update-ref', 'refs/remotes/origin/main', 'main');
  git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  return {
    at, git, write, commit, include,
    branch() { git('checkout', '-qb', 'branch'); },
    read: (job, file) => readFileSync(path.join(at, '.gitlab-ci-local/artifacts', job, file), 'utf8'),
    artifact: (job, file) => path.join(at, '.gitlab-ci-local/artifacts', job, file),
  };
}

const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CI|GITLAB_)/.test(name)));
const pages = { CI_PAGES_URL: 'https://group.pages.example/sub/project', CI_PAGES_DOMAIN: 'pages.example' };

/** Runs the pipeline of a desk. */
function run(at, variables = {}, more = []) {
  rmSync(path.join(at, '.gitlab-ci-local'), { recursive: true, force: true });
  const said = Object.entries({ ...pages, ...variables }).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
  const words = [runner, '--force-shell-executor', '--shell-isolation', '--no-artifacts-to-source', '--ignore-predefined-vars', Object.keys(variables).join(',') || 'CI_PAGES_URL', ...said, ...more];
  // What is fetched of the project comes from its folder, and not from an instance.
  const near = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: `url.file://${at}.insteadOf`, GIT_CONFIG_VALUE_0: 'https://gitlab.example.invalid:443/group/sub/project.git' };
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { cwd: at, env: { ...environment, ...near }, encoding: 'utf8', maxBuffer: 64e6 });
  const text = `${stdout}${stderr}`.replace(/\u001b\[[0-9;]*m/g, '');
  const jobs = Object.fromEntries([...text.matchAll(/^\s*(PASS|FAIL|WARN)\s+(\S+)/gm)].map((found) => [found[2], found[1]]));
  return { status, text, jobs, stdout };
}

const mergeRequest = (git) => ({
  CI_PIPELINE_SOURCE: 'merge_request_event', CI_MERGE_REQUEST_IID: '7', CI_MERGE_REQUEST_DIFF_BASE_SHA: git('rev-parse', 'main'),
});
const check = 'binderyOgcheck';
const preview = 'binderyOgpreview';

test('a merge request with a broken link and a secret is red, and says why in every form', async () => {
  const { at, git, write, commit, branch, read, artifact } = desk('bad');
  branch();
  write('runbooks/new.ipynb', book([md(`# New\n\n[plan](gone.md)\n\nexport TOKEN=${token}`)]));
  commit();
  const { status, text, jobs } = run(at, mergeRequest(git));
  assert.deepEqual([status, jobs['bindery:check'], jobs['bindery:preview']], [1, 'FAIL', 'PASS'], text);
  assert.match(text, /error\[link-dead\]/);
  assert.match(text, /error\[secret[a-z-]*\]/);
  assert.ok(!text.includes(token), 'the log does not say the secret');
  const junit = read(check, 'bindery-report/junit.xml');
  // What GitLab reads of it, <https://docs.gitlab.com/ci/testing/unit_test_reports/>.
  const required = '<xs:attribute name="NAME" type="xs:string" use="required"/>';
  const more = '<xs:anyAttribute processContents="skip"/>';
  const junitSchema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
    <xs:element name="testsuites"><xs:complexType><xs:sequence>
      <xs:element name="testsuite" minOccurs="1" maxOccurs="unbounded"><xs:complexType><xs:sequence>
        <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded">
          <xs:element name="failure"><xs:complexType mixed="true">${required.replace('NAME', 'message')}${more}</xs:complexType></xs:element>
          <xs:element name="system-out" type="xs:string"/>
        </xs:choice>${required.replace('NAME', 'name')}${required.replace('NAME', 'classname')}${required.replace('NAME', 'file')}${more}</xs:complexType></xs:element>
      </xs:sequence>${more}</xs:complexType></xs:element>
    </xs:sequence>${more}</xs:complexType></xs:element>
  </xs:schema>`;
  const judged = await validateXML({ xml: [{ fileName: 'junit.xml', contents: junit }], schema: [{ fileName: 'junit.xsd', contents: junitSchema }] });
  assert.deepEqual(judged.errors, []);
  assert.match(junit, /<failure[^>]*link-dead|link-dead[^>]*>[\s\S]*<failure/);
  const quality = JSON.parse(read(check, 'bindery-report/codequality.json'));
  assert.ok(quality.length >= 2);
  for (const item of quality) {
    for (const key of ['description', 'check_name', 'fingerprint', 'severity']) assert.equal(typeof item[key], 'string');
    assert.match(item.severity, /^(info|minor|major|critical|blocker)$/);
    assert.equal(typeof item.location.lines.begin, 'number');
  }
  const sarif = JSON.parse(read(check, 'bindery-report/bindery.sarif'));
  assert.equal(sarif.version, '2.1.0');
  for (const report of [junit, JSON.stringify(quality), JSON.stringify(sarif)]) assert.ok(!report.includes(token));
  // The preview is made all the same, without the secret, and shows what is wrong.
  assert.equal(spawnSync('grep', ['-rlF', token, artifact(preview, '.')]).status, 1);
  const changes = read(preview, 'public/_bindery/changes.html');
  assert.match(changes, /1 new page/);
  assert.match(changes, /finding-error/);
});

test('the report for the widget has all findings, those that fail are the new ones', () => {
  const { at, git, write, commit, branch, read } = desk('old');
  write('old.md', '# Old\n\n[x](gone.md)');
  commit();
  branch();
  write('fine.md', '# Fine');
  commit();
  const { status, jobs, text } = run(at, mergeRequest(git));
  assert.deepEqual([status, jobs['bindery:check']], [0, 'PASS'], text);
  const quality = JSON.parse(read(check, 'bindery-report/codequality.json'));
  assert.ok(quality.some((item) => item.location.path === 'old.md'));
  assert.ok(!read(check, 'bindery-report/junit.xml').includes('gone.md'));
});

test('of a merged result only the work of the branch counts', () => {
  const { at, git, write, commit, branch, read } = desk('merged');
  const left = git('rev-parse', 'main');
  branch();
  write('mine.md', '# Mine');
  commit();
  git('checkout', '-q', 'main');
  write('theirs.md', '# Theirs\n\n[x](gone.md)');
  commit();
  const target = git('rev-parse', 'main');
  git('checkout', '-q', '-b', 'result');
  git('merge', '-q', '--no-edit', 'branch');
  const variables = { ...mergeRequest(git), CI_MERGE_REQUEST_DIFF_BASE_SHA: left, CI_MERGE_REQUEST_TARGET_BRANCH_SHA: target };
  const { status, text } = run(at, variables);
  assert.equal(status, 0, text);
  const [changes] = /<article[^]*<\/article>/.exec(read(preview, 'public/_bindery/changes.html'));
  assert.ok(changes.includes('>Mine<') && !changes.includes('>Theirs<'), changes);
});

test('inputs reach the commands', () => {
  const { at, git, write, commit, branch, include, read } = desk('inputs');
  write('old.md', '# Old\n\n[x](gone.md)');
  commit();
  git('update-ref', 'refs/remotes/origin/main', 'main');
  include({ local: '.gitlab/bindery.yml' }, { strict: true, base: 'origin/main', job_prefix: 'docs', check_arguments: '--jobs 1', arguments: '--jobs 1 --verbose' });
  branch();
  write('new.md', '---\ntitel: New\n---\n# New\n');
  commit();
  const { status, jobs, text } = run(at, mergeRequest(git));
  assert.deepEqual([status, jobs['docs:check'], jobs['docs:preview']], [1, 'FAIL', 'PASS'], text);
  assert.ok(JSON.parse(read('docsOgcheck', 'bindery-report/bindery.sarif')).runs[0].results.length > 0);
  assert.ok(!read('docsOgcheck', 'bindery-report/junit.xml').includes('gone.md'));
  git('checkout', '-q', 'main');
  include({ local: '.gitlab/bindery.yml' }, { publish: false });
  commit();
  assert.deepEqual(Object.keys(run(at).jobs), ['bindery:check']);
});

test('a clean merge request is green, and its preview is whole', async () => {
  const { at, git, write, commit, branch, artifact, read } = desk('clean');
  branch();
  write('howto/new page.md', '# A new page\n\nWords.');
  commit();
  const { status, jobs, text } = run(at, mergeRequest(git));
  assert.deepEqual([status, jobs['bindery:check'], jobs['bindery:preview'], jobs.pages], [0, 'PASS', 'PASS', undefined], text);
  for (const file of ['index.html', 'runbooks/10-disk-full.html', 'howto/new page.html', 'search.html', '_bindery/site.json']) {
    assert.ok(existsSync(artifact(preview, `public/${file}`)), file);
  }
  const page = await browser.newPage();
  await page.goto(`file://${artifact(preview, 'public/_bindery/changes.html')}`);
  assert.equal(await page.textContent('.changes-added .row-title'), 'A new page');
  // What GitLab makes of the URL of the environment and a path of the route map.
  await page.goto('about:blank');
  await page.goto(`file://${artifact(preview, 'public/_bindery/changes.html')}#/howto/new page.html`);
  await page.waitForURL(/howto\/new%20page\.html$/);
  assert.equal(await page.textContent('h1'), 'A new page');
  await page.close();
  assert.match(read(preview, 'public/index.html'), /<meta name="robots" content="noindex">/);
});

test('the URL of a preview is where GitLab shows pages of artifacts', () => {
  const { at, git, branch, read } = desk('url');
  branch();
  const rest = 'public/_bindery/changes.html#';
  const cases = [
    [{}, `https://group.pages.example/-/sub/project/-/jobs/JOB/artifacts/${rest}`],
    // A domain of its own, a port, no DNS for every name, and no Pages at all.
    [{ CI_PAGES_URL: 'https://project-1a2b3c.pages.example' }, `https://group.pages.example/-/sub/project/-/jobs/JOB/artifacts/${rest}`],
    [{ CI_PAGES_URL: 'http://group.pages.example:8090/sub/project' }, `http://group.pages.example:8090/-/sub/project/-/jobs/JOB/artifacts/${rest}`],
    [{ CI_PAGES_URL: 'https://pages.example/group/sub/project' }, `https://pages.example/group/-/sub/project/-/jobs/JOB/artifacts/${rest}`],
    [{ CI_PAGES_URL: '', CI_PAGES_DOMAIN: '' }, ''],
  ];
  for (const [variables, url] of cases) {
    const { status, text } = run(at, { ...mergeRequest(git), ...variables });
    assert.equal(status, 0, text);
    const said = read(preview, '.gitlab-ci-reports/dotenv/bindery-preview.env').trim();
    assert.equal(said.replace(/\/jobs\/\d+\//, '/jobs/JOB/'), `BINDERY_PREVIEW_URL=${url}`);
  }
});

test('the default branch is published: compressed, with a copy, under any path', async () => {
  const { at, artifact, read } = desk('published');
  const { status, jobs, text } = run(at);
  assert.deepEqual([status, jobs['bindery:check'], jobs.pages, jobs['bindery:preview']], [0, 'PASS', 'PASS', undefined], text);
  for (const file of ['index.html.gz', 'site.zip', '404.html', 'sitemap.xml']) assert.ok(existsSync(artifact('pages', `public/${file}`)), file);
  assert.ok(!existsSync(artifact('pages', 'public/index.html.br')));
  assert.match(read('pages', 'public/sitemap.xml'), /https:\/\/group\.pages\.example\/sub\/project\//);
  const site = artifact('pages', 'public');
  const types = { html: 'text/html', css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', png: 'image/png' };
  const server = createServer((request, answer) => {
    const file = path.join(site, decodeURIComponent(new URL(request.url, 'http://x').pathname.replace('/group/project/', '/')));
    const packed = `${file}.gz`;
    if (!request.url.startsWith('/group/project/') || !existsSync(file)) return void answer.writeHead(404).end();
    const type = { 'content-type': types[file.split('.').pop()] ?? 'application/octet-stream' };
    // As GitLab Pages does it.
    if (existsSync(packed) && /gzip/.test(request.headers['accept-encoding'])) answer.writeHead(200, { ...type, 'content-encoding': 'gzip' }).end(readFileSync(packed));
    else answer.writeHead(200, type).end(readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    for (const base of [`http://127.0.0.1:${server.address().port}/group/project/`, `file://${site}/`]) {
      const page = await browser.newPage();
      const lost = [];
      page.on('requestfailed', (request) => lost.push(request.url()));
      page.on('response', (response) => { if (response.status() >= 400) lost.push(response.url()); });
      await page.goto(`${base}index.html`);
      await page.click('a[href="runbooks/10-disk-full.html"] >> nth=0');
      await page.waitForSelector('h1');
      assert.equal(await page.textContent('h1'), 'Disk full');
      const found = await page.evaluate(async () => {
        document.querySelector('.search-open').click();
        while (!window.bindery.search) await new Promise((resolve) => setTimeout(resolve, 20));
        return (await window.bindery.search('disk full', { limit: 1 }))[0].url;
      });
      assert.match(found, /disk-full\.html/);
      assert.deepEqual(lost, []);
      await page.close();
    }
  } finally {
    server.close();
  }
  // The copy stands on its own, and says when it is old.
  const copy = path.join(scratch, 'copy');
  mkdirSync(copy);
  execFileSync('python3', ['-m', 'zipfile', '-e', artifact('pages', 'public/site.zip'), copy]);
  const page = await browser.newPage();
  await page.goto(`file://${copy}/site/runbooks/10-disk-full.html`);
  assert.match(await page.textContent('.notice-copy'), /An offline copy/);
  assert.equal(await page.locator('.notice-old').count(), 0);
  await page.clock.setFixedTime(Date.now() + 40 * 86400000);
  await page.reload();
  assert.match(await page.textContent('.notice-old'), /This copy is (39|40) days old/);
  assert.equal(await page.locator('.archive').count(), 0);
  await page.close();
});

test('a broken notebook does not keep the others from being published, a broken configuration does', () => {
  const { at, write, commit } = desk('broken');
  write('broken.ipynb', '{"cells": [');
  commit();
  const { jobs, text } = run(at);
  assert.deepEqual([jobs['bindery:check'], jobs.pages], ['FAIL', 'PASS'], text);
  appendFileSync(path.join(at, 'bindery.toml'), '\n[sight]\n');
  commit();
  const second = run(at);
  assert.deepEqual([second.status, second.jobs['bindery:check'], second.jobs.pages], [1, 'FAIL', 'FAIL'], second.text);
  assert.match(second.text, /unknown field `sight`/);
});

test('inputs are typed: what is wrong is refused before any job runs', () => {
  const { at, include, commit } = desk('wrong');
  const cases = [
    [{ compress: 'zip' }, /compress.*(gz|allowed|options)/i],
    [{ output: '../elsewhere' }, /output.*(regex|match|expression)/i],
    [{ archive: 'site.tar' }, /archive.*(regex|match|expression)/i],
    [{ strict: 'yes please' }, /strict.*boolean/i],
    [{ git_depth: 'all' }, /git_depth.*number/i],
  ];
  for (const [inputs, why] of cases) {
    include({ local: '.gitlab/bindery.yml' }, inputs);
    commit();
    const { status, text, jobs } = run(at);
    assert.notEqual(status, 0);
    assert.deepEqual(jobs, {}, text);
    assert.match(text.replace(/\s+/g, ' '), why);
  }
});

test('the template is used as a component, from a project, from a URL and as a copy alike', async () => {
  const { at, git, write, commit, include } = desk('include');
  write('templates/pages.yml', readFileSync(path.join(repo, 'templates/pages.yml'), 'utf8'));
  // The runner's copy of the schema does not know the report of SARIF, as older instances do not.
  const expanded = (more = []) => run(at, {}, ['--preview', ...more]).stdout;
  const local = expanded();
  assert.match(local, /bindery:check:/);
  include({ component: '$CI_SERVER_FQDN/$CI_PROJECT_PATH/pages@$CI_COMMIT_SHA' });
  commit();
  assert.equal(expanded(), local);
  // As the README has it: by the tag of a release.
  const readme = /component: (\S+\/)bindery\/bindery\/pages@(\S+)/.exec(readFileSync(path.join(repo, 'README.md'), 'utf8'));
  assert.ok(execFileSync('sh', [path.join(repo, 'scripts/changelog.sh'), readme[2]]).length > 0, 'a release has that tag');
  git('tag', readme[2]);
  include({ component: `${readme[1]}$CI_PROJECT_PATH/pages@${readme[2]}` });
  assert.equal(expanded(), local);
  include({ project: 'group/sub/project', ref: readme[2], file: 'templates/pages.yml' });
  assert.equal(expanded(), local);
  const far = spawn(process.execPath, ['-e', `
    require('node:http').createServer((request, answer) => answer.end(require('node:fs').readFileSync(process.argv[1])))
      .listen(0, '127.0.0.1', function () { console.log(this.address().port); });
  `, path.join(repo, 'templates/pages.yml')]);
  try {
    const port = await new Promise((resolve) => far.stdout.once('data', (data) => resolve(String(data).trim())));
    include({ remote: `http://127.0.0.1:${port}/pages.yml` });
    commit();
    assert.equal(expanded(), local);
  } finally {
    far.kill();
  }
  // Every pipeline that the runner takes was valid by its copy of GitLab's schema; a newer one can be named.
  const inputs = [{}, { sarif: true, cache: true, path_prefix: 'mr', compress: 'gz,br', archive: '' }, { preview: false, publish: false, strict: true, base: 'origin/main' }];
  for (const more of inputs) {
    include({ local: '.gitlab/bindery.yml' }, more);
    commit();
    const text = expanded(more.sarif ? ['--json-schema-validation=false'] : []);
    assert.match(text, /bindery:check:/);
    if (!process.env.GITLAB_CI_SCHEMA) continue;
    const { load } = await import('js-yaml');
    const schema = JSON.parse(readFileSync(process.env.GITLAB_CI_SCHEMA, 'utf8'));
    const validate = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
    assert.ok(validate(load(text)), JSON.stringify(validate.errors, null, 1));
  }
});

test('a parallel deployment is made only where it is asked for, and where the instance has it', () => {
  const { at, git, branch, include, commit } = desk('parallel');
  branch();
  const jobs = (variables) => run(at, { ...mergeRequest(git), ...variables }, ['--list']).text;
  const features = { GITLAB_FEATURES: 'epics,pages_multiple_versions,scoped_labels' };
  assert.ok(!jobs(features).includes('deploy-preview'));
  include({ local: '.gitlab/bindery.yml' }, { path_prefix: 'mr' });
  commit();
  assert.ok(!jobs({ GITLAB_FEATURES: 'epics' }).includes('deploy-preview'));
  assert.ok(jobs(features).includes('deploy-preview'));
  const { status, text } = run(at, { ...mergeRequest(git), ...features });
  assert.equal(status, 0, text);
});

test('what is kept from one publishing to the next is the default branch\'s alone', () => {
  const { at, include, commit } = desk('cache', {});
  include({ local: '.gitlab/bindery.yml' }, { cache: true });
  commit();
  const expanded = run(at, {}, ['--preview']).text;
  assert.equal(expanded.match(/key: bindery-published/g).length, 1, 'that of the job that publishes');
  const { status, text } = run(at);
  assert.equal(status, 0, text);
  assert.match(text, /cache/);
});

test('bindery comes from the package registry of the instance, if its checksum is right', async () => {
  const { at, include, commit } = desk('install');
  const box = path.join(scratch, 'box');
  mkdirSync(box);
  cpSync(bindery, path.join(box, 'bindery'));
  const arch = execFileSync('uname', ['-m']).toString().trim();
  const name = `bindery-9.9.9-${arch}-unknown-linux-gnu.tar.gz`;
  execFileSync('tar', ['-czf', path.join(scratch, name), '-C', box, 'bindery']);
  let sum = createHash('sha256').update(readFileSync(path.join(scratch, name))).digest('hex');
  // The pipeline is a child that we wait for, so its registry answers from another process.
  const script = path.join(scratch, 'registry.mjs');
  writeFileSync(script, `
    import { createServer } from 'node:http';
    import { appendFileSync, readFileSync } from 'node:fs';
    const [,, name, tarball, sums, log] = process.argv;
    createServer((request, answer) => {
      appendFileSync(log, request.url + ' ' + request.headers['job-token'] + '\\n');
      // As a registry whose files lie in a store elsewhere.
      if (request.url.startsWith('/store')) answer.end(readFileSync(tarball));
      else if (request.url.endsWith(name)) answer.writeHead(302, { location: 'http://localhost:' + request.socket.localPort + '/store' }).end();
      else if (request.url.endsWith('/9.9.9/SHA256SUMS')) answer.end(readFileSync(sums));
      else answer.writeHead(404).end();
    }).listen(0, function () { console.log(this.address().port); });
  `);
  const sums = path.join(scratch, 'SHA256SUMS');
  const log = path.join(scratch, 'asked');
  const registry = spawn(process.execPath, [script, name, path.join(scratch, name), sums, log]);
  try {
    const port = await new Promise((resolve) => registry.stdout.once('data', (data) => resolve(String(data).trim())));
    const variables = { CI_API_V4_URL: `http://127.0.0.1:${port}/api/v4`, CI_JOB_TOKEN: 'job-token' };
    include({ local: '.gitlab/bindery.yml' }, { binary: 'no-such-bindery', project: 'ops/tools/bindery', version: '9.9.9' });
    commit();
    writeFileSync(sums, `${sum}  ${name}\n`);
    const first = run(at, variables);
    assert.equal(first.status, 0, first.text);
    assert.ok(readFileSync(log, 'utf8').includes(`/api/v4/projects/ops%2Ftools%2Fbindery/packages/generic/bindery/9.9.9/${name} job-token`));
    assert.ok(readFileSync(log, 'utf8').includes('/store undefined'), 'the token stays at the registry');
    sum = sum.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    writeFileSync(sums, `${sum}  ${name}\n`);
    const second = run(at, variables);
    assert.equal(second.status, 1, second.text);
    assert.match(second.text, /FAILED/);
    include({ local: '.gitlab/bindery.yml' }, { binary: 'no-such-bindery', version: '1.2.3' });
    commit();
    const third = run(at, variables);
    assert.equal(third.status, 1);
    assert.match(third.text, /bindery 1\.2\.3 cannot be had from the package registry of bindery\/bindery/);
    include({ local: '.gitlab/bindery.yml' }, { binary: 'no-such-bindery', install: `cp '${bindery}' ./installed; export PATH="$PWD:$PATH"; BINDERY=installed` });
    commit();
    const fourth = run(at, variables);
    assert.equal(fourth.status, 0, fourth.text);
  } finally {
    registry.kill();
  }
});

test("bindery's own pipeline is one that GitLab takes, on a branch and on a tag", () => {
  const { at, git, write, commit } = desk('own');
  for (const file of ['templates/pages.yml', '.gitlab-ci.yml']) write(file, readFileSync(path.join(repo, file), 'utf8'));
  commit();
  const main = run(at, {}, ['--list']);
  assert.equal(main.status, 0, main.text);
  for (const job of ['test', 'program', 'dependencies', 'bindery:check', 'pages']) assert.match(main.text, new RegExp(`^${job}\\s`, 'm'));
  assert.ok(!/^release\s/m.test(main.text));
  git('tag', '0.1.0');
  const tag = run(at, { CI_COMMIT_TAG: '0.1.0', CI_COMMIT_BRANCH: '', CI_COMMIT_REF_PROTECTED: 'true' }, ['--list']);
  assert.equal(tag.status, 0, tag.text);
  for (const job of ['test-release', 'package', 'registry', 'release']) assert.match(tag.text, new RegExp(`^${job}\\s`, 'm'));
  // What a release says of itself, and what the template asks the registry for, is this version.
  const version = /^version = "(.*)"/m.exec(readFileSync(path.join(repo, 'Cargo.toml'), 'utf8'))[1];
  assert.match(readFileSync(path.join(repo, 'templates/pages.yml'), 'utf8'), new RegExp(`default: ${version.replaceAll('.', '\\.')}$`, 'm'));
  assert.ok(execFileSync('sh', [path.join(repo, 'scripts/changelog.sh'), version]).length > 20);
});
