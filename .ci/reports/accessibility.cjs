// Every page of a folder in a headless browser, at the widths of a telephone and a desk, light and dark: no fault
// that axe knows, nothing wider than the screen, no request beside the page itself.
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');

const [browserPath, folder] = process.argv.slice(2);
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const screens = [[390, 'light'], [1280, 'dark']];

(async () => {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const browser = await chromium.launch({ executablePath: browserPath, args });
  const pages = fs.readdirSync(folder).filter((name) => name.endsWith('.html')).sort();
  let faults = 0;
  for (const name of pages) {
    for (const [width, colorScheme] of screens) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      const requests = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.goto('file://' + path.join(folder, name));
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
      await page.evaluate(axe);
      const result = await page.evaluate((values) => axe.run(document, { runOnly: values, resultTypes: ['violations'] }), tags);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      for (const violation of result.violations) {
        faults += 1;
        console.error(`${name} ${width} ${colorScheme}: ${violation.id}: ${violation.help}: ${violation.nodes[0].html.slice(0, 200)}`);
      }
      if (over > 0) { faults += 1; console.error(`${name} ${width}: ${over} pixels wider than the screen`); }
      if (requests.length !== 1) { faults += 1; console.error(`${name}: asks for ${requests.slice(1).join(', ')}`); }
      await context.close();
    }
  }
  await browser.close();
  if (pages.length === 0) { faults += 1; console.error('no pages'); }
  console.log(`accessibility: ${pages.length} pages at ${screens.length} screens, ${faults} faults`);
  process.exit(faults === 0 ? 0 : 1);
})().catch((error) => { console.error(error); process.exit(1); });
