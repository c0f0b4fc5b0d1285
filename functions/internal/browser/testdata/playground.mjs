// The page's parts, by what people and their assistive programs know them.

export const option = (page, name) => page.locator(`[data-option="${name}"]`);
export const field = (page, name) => page.getByRole('textbox', {name, exact: true});
export const tab = (page, name) => page.getByRole('tab', {name, exact: true});
export const mode = (page, name) => page.getByRole('radiogroup').getByText(name, {exact: true});

// sought has the panel show what a word finds.
export async function sought(page, word) {
  await page.getByLabel('Find an option').fill(word);
}

// settled waits until what is asked for is shown, or refused, and says what it is.
export async function settled(page) {
  await page.locator('#stage:is([data-state=shown], [data-state=failed])').waitFor();
  return page.evaluate(async () => {
    const {state, url} = document.querySelector('#stage').dataset;
    const after = document.querySelector('#preview');
    if (state === 'shown' && after.src) await after.decode();
    return {state, url, values: Object.fromEntries(new URL(url, location).searchParams), width: after.naturalWidth, height: after.naturalHeight};
  });
}

// copied chooses what to copy as, presses the button, and reads the clipboard,
// which is one for all pages.
export function copied(page, kind) {
  const mine = clipboard.then(() => copy(page, kind));
  clipboard = mine.catch(() => {});
  return mine;
}

let clipboard = Promise.resolve();

async function copy(page, kind) {
  await tab(page, kind).click();
  await page.getByRole('button', {name: 'Copy', exact: true}).click();
  await page.getByText('Copied.').waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

// measured is the size of a picture that is in base64.
export function measured(page, type, base64) {
  return page.evaluate(async source => {
    const image = new Image();
    image.src = source;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  }, `data:${type};base64,${base64}`);
}
