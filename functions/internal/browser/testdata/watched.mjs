// The page of a service that watches its originals' folder.
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {settled} from './playground.mjs';
import {equal, originals, visit} from './visit.mjs';

// save puts a plain PNG among the originals, under a name that may be taken.
async function save(page, name, width, height) {
  const file = await page.evaluate(([width, height]) => {
    const canvas = Object.assign(document.createElement('canvas'), {width, height});
    return canvas.toDataURL('image/png').split(',')[1];
  }, [width, height]);
  await writeFile(join(originals, name), Buffer.from(file, 'base64'));
}

await visit({
  'an original that is saved again': {start: '?image=rose.png', async act(page) {
    equal('before it is there', (await settled(page)).state, 'failed');
    await save(page, 'rose.png', 60, 20);
    await page.locator('#numbers').getByText('60 × 20', {exact: true}).waitFor();
    await save(page, 'rose.png', 50, 40);
    await page.locator('#numbers').getByText('50 × 40', {exact: true}).waitFor();
    equal('width', (await settled(page)).width, 50);
  }},
});
