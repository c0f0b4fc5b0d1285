// The page of a local service that wants signatures, and makes them for who sits
// at it.
import {execFile} from 'node:child_process';
import {mkdtemp} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';

import {copied, settled, tab} from './playground.mjs';
import {equal, folder, ok, url, visit} from './visit.mjs';

const {origin} = new URL(url);

await visit({
  'all that is copied is signed': {start: '?image=astronaut.jpg&w=100&auto=format', async act(page) {
    equal('state', (await settled(page)).state, 'shown');
    equal('status without a signature', (await page.request.get(origin + '/astronaut.jpg?w=100')).status(), 403);
    for (const kind of ['URL', 'Signed URL', 'img', 'picture', 'Markdown', 'curl']) {
      const text = await copied(page, kind);
      const urls = text.replace(/&amp;/g, '&').match(/http:[^\s'")]+/g);
      for (const one of urls) equal(`status of ${one} in ${kind}`, (await page.request.get(one)).status(), 200);
    }
    const dir = await mkdtemp(join(folder, 'curl-'));
    await promisify(execFile)('sh', ['-c', (await copied(page, 'curl')).replace('curl', 'curl --fail')], {cwd: dir});
    equal('an operation', (await page.request.post(origin + '/', {data: await copied(page, 'Lambda event')})).status(), 200);
  }},

  'signatures end': {start: '?image=astronaut.jpg&w=100', async act(page) {
    await settled(page);
    await tab(page, 'Signed URL').click();
    await page.getByLabel('Valid').selectOption('3600');
    const text = await copied(page, 'Signed URL');
    const left = new URL(text).searchParams.get('expires') - Date.now() / 1000;
    ok(`${text} is valid for ${left} s`, left > 3500 && left < 3700);
    equal('status', (await page.request.get(text)).status(), 200);
    equal('status if it is made to last', (await page.request.get(text.replace(/expires=\d/, 'expires=9'))).status(), 403);
  }},

  async 'others do not sign here'(page) {
    await settled(page);
    const sign = headers => page.request.post(origin + '/signed/', {headers, data: {url: '/astronaut.jpg'}});
    equal('for the page', (await sign({})).status(), 200);
    equal('for a page elsewhere', (await sign({Origin: 'https://example.org', 'Sec-Fetch-Site': 'cross-site'})).status(), 403);
    equal('by a name that leads here', (await sign({Host: 'example.org'})).status(), 400);
  },
});
