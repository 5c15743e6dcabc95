// Serves a folder on 127.0.0.1, as a static host does: node scripts/serve.mjs FOLDER [PORT]
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json', '.ipynb': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png', '.jpg': 'image/jpeg',
  '.gif': 'image/gif', '.webp': 'image/webp', '.xml': 'application/xml', '.txt': 'text/plain; charset=utf-8',
};

/** @param {string} folder @param {number} port @returns {Promise<import('node:http').Server>} */
export function serve(folder, port) {
  const root = path.resolve(folder);
  const server = createServer((request, response) => {
    let file;
    try {
      file = path.join(root, path.normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname)));
      if (file !== root && !file.startsWith(root + path.sep)) throw new Error('outside');
      if (statSync(file).isDirectory()) file = path.join(file, 'index.html');
      statSync(file);
    } catch {
      response.writeHead(404, { 'content-type': TYPES['.html'] });
      createReadStream(path.join(root, '404.html')).on('error', () => response.end()).pipe(response);
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[3] ?? 8000);
  await serve(process.argv[2] ?? 'public', port);
  console.log(`The site is at http://127.0.0.1:${port}/ (Ctrl-C ends it)`);
}
