// Talks to the real bot code through the chat page, as a visitor does.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const { values: options } = parseArgs({ options: { shots: { type: 'string' } } });
const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
];
const answerLimit = 30_000;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// The program says its address in one line when it is ready.
async function startDemo(folder) {
  const address = `127.0.0.1:${await freePort()}`;
  const program = spawn(process.env.VISNYK, ['demo', '--addr', address], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  const ended = new Promise(resolve => program.on('exit', (code, signal) => resolve({ code, signal })));
  const ready = new Promise((resolve, reject) => {
    const hear = chunk => {
      printed += chunk;
      if (printed.includes(`http://${address}`)) resolve();
    };
    program.stdout.on('data', hear);
    program.stderr.on('data', hear);
    ended.then(({ code }) => reject(new Error(`visnyk demo ended with status ${code}:\n${printed}`)));
    setTimeout(() => reject(new Error(`visnyk demo printed no address in 30 s:\n${printed}`)), 30_000).unref();
  });
  program.on('error', err => console.error(err.message));
  await ready;
  return { url: `http://${address}/`, program, ended, printed: () => printed };
}

class ChatPage {
  constructor(page) { this.page = page; }

  bubbles() { return this.page.locator('.row.bot .bubble'); }

  // ask sends a text and returns the bot's answers, once one of them fits.
  async ask(text, fits = () => true) {
    const before = await this.bubbles().count();
    await this.page.getByRole('textbox').fill(text);
    await this.page.keyboard.press('Enter');
    return this.answers(before, fits, text);
  }

  // answers waits until the bubbles after the first n have a text that fits.
  async answers(n, fits, question) {
    const until = Date.now() + answerLimit;
    for (;;) {
      const texts = (await this.bubbles().allInnerTexts()).slice(n);
      if (texts.length && fits(texts.join('\n'))) return texts.join('\n');
      if (Date.now() > until) throw new Error(`no fitting answer to ${question}; the bot said:\n${texts.join('\n---\n')}`);
      await this.page.waitForTimeout(100);
    }
  }

  async shoot(name) {
    if (!options.shots) return;
    await this.page.waitForFunction(() => !document.querySelector('#toasts div'));
    await this.page.screenshot({ path: join(options.shots, `${name}.png`) });
  }
}

async function check(name, work) {
  const begin = Date.now();
  await work();
  console.log(`ok  ${name} (${Date.now() - begin} ms)`);
}

async function talk(page) {
  const chat = new ChatPage(page);
  await check('the page lists three sample authorities and what they published', async () => {
    await page.locator('#authorities li').nth(2).waitFor();
    assert.equal(await page.locator('#authorities li').count(), 3);
    assert.ok(await page.locator('#news li').count() >= 10);
  });
  await check('/start is answered with buttons', async () => {
    await chat.ask('/start');
    await page.locator('.row.bot .keys button').first().waitFor({ timeout: answerLimit });
    await chat.shoot('demo-start');
  });
  await check('a pressed button is answered', async () => {
    const before = await page.locator('#list').innerHTML();
    await page.locator('.row.bot .keys button').first().click();
    await page.waitForFunction(old => document.querySelector('#toasts div') || document.querySelector('dialog[open]')
      || document.querySelector('#list').innerHTML.replaceAll(' aria-busy="true"', '') !== old, before, { timeout: answerLimit });
    await page.waitForFunction(() => !document.querySelector('.keys [aria-busy=true]'), null, { timeout: answerLimit });
    await page.keyboard.press('Escape');
  });
  await check('all three authorities can be followed', async () => {
    for (const name of ['Міністерство', 'Агентство', 'Центр']) {
      const before = await chat.bubbles().count();
      await page.getByRole('button', { name: `Стежити: ${name}` }).click();
      await chat.answers(before, text => text.includes(name), `/follow ${name}`);
    }
    const list = await chat.ask('/list', text => text.includes('Центр кіберзахисту'));
    for (const name of ['Міністерство цифрових сервісів', 'Агентство відновлення громад']) assert.ok(list.includes(name), list);
  });
  await check('/search finds other forms of the word', async () => {
    const found = await chat.ask('/search кібербезпека', text => /кібербезпе(ки|ці|ку|кою)/i.test(text));
    assert.match(found, /кібербезпе(ки|ці|ку|кою)/i);
    await chat.shoot('demo-search');
  });
  await check('/digest has sections with linked stories', async () => {
    const before = await chat.bubbles().count();
    await chat.ask('/digest', text => text.split('\n').length > 8);
    const links = page.locator('.row.bot').nth(before).locator('.text a[href^="http"]');
    assert.ok(await links.count() > 2, 'the digest links to few stories');
    await page.locator('.row.bot').nth(before).evaluate(row => row.scrollIntoView());
    await chat.shoot('demo-digest');
  });
  // pressed presses the last button with a text and waits for what comes of it.
  const pressed = async (text, fits) => {
    await page.locator('.row.bot .keys button', { hasText: text }).last().click();
    const until = Date.now() + answerLimit;
    while (!(await page.locator('.row.bot .bubble').allInnerTexts()).join('\n').match(fits)) {
      if (Date.now() > until) throw new Error(`nothing like ${fits} after the button ${text}`);
      await page.waitForTimeout(100);
    }
  };
  const shootLast = async name => {
    await page.locator('.row.bot').last().evaluate(row => row.scrollIntoView());
    await chat.shoot(name);
  };
  await check('a story of the digest is opened and says why it is there', async () => {
    await page.locator('.row.bot .keys button', { hasText: 'Детальніше' }).last().click();
    await page.locator('.row.bot .keys button', { hasText: /^1\. / }).last().click();
    await page.locator('.row.bot .keys button', { hasText: 'Чому це тут?' }).last().waitFor({ timeout: answerLimit });
    await pressed('Чому це тут?', /Цей чат стежить:[^]*Першим повідомило/);
    await shootLast('demo-story');
  });
  await check('settings are changed by buttons', async () => {
    await chat.ask('/settings', text => text.includes('Налаштування'));
    await page.locator('.row.bot .keys button', { hasText: 'Обсяг: звичайний' }).last().click();
    await page.locator('.row.bot .keys button', { hasText: 'Обсяг: короткий' }).last().waitFor({ timeout: answerLimit });
    await shootLast('demo-settings');
  });
  await check('/stats shows the week as a picture', async () => {
    await chat.ask('/stats', text => text.includes('Новини за тиждень'));
    await page.waitForFunction(() => [...document.images].some(i => i.complete && i.naturalWidth > 900), null, { timeout: answerLimit });
    await shootLast('demo-stats');
  });
  await check('/mydata and /export send files', async () => {
    await chat.ask('/mydata', text => text.includes('Що я про вас зберігаю'));
    await chat.ask('/export', text => text.includes('підписки'));
    await shootLast('demo-files');
  });
  await check('an authority publishes while the page is open', async () => {
    await page.locator('#news em').first().waitFor({ timeout: 90_000 });
  });
}

async function onPhone(browser, url) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 }, colorScheme, locale: 'uk-UA', timezoneId: 'Europe/Kyiv', reducedMotion: 'reduce' });
    await page.goto(url);
    await page.locator('.row.bot').first().waitFor();
    const [wide, seen] = await page.evaluate(() => {
      const log = document.querySelector('#log');
      return [Math.max(document.documentElement.scrollWidth, log.scrollWidth), document.documentElement.clientWidth];
    });
    assert.ok(wide <= seen, `the page is ${wide} px wide on a screen of ${seen} px`);
    await new ChatPage(page).shoot(`demo-phone-${colorScheme}`);
    await page.getByRole('button', { name: 'Відомства' }).click();
    assert.ok(await page.getByRole('button', { name: 'Стежити: Центр' }).isVisible());
    await page.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'visnyk-e2e-'));
let demo, browser;
let status = 0;
try {
  demo = await startDemo(folder);
  // Playwright gives each browser a new user-data-dir.
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: 'light', locale: 'uk-UA', timezoneId: 'Europe/Kyiv', reducedMotion: 'reduce' });
  const faults = [];
  page.on('pageerror', err => faults.push(String(err)));
  page.on('console', message => { if (message.type() === 'error') faults.push(message.text()); });
  await page.goto(demo.url);
  await talk(page);
  await check('a phone shows it all without scrolling sideways', () => onPhone(browser, demo.url));
  await check('all is forgotten when one wants it', async () => {
    const chat = new ChatPage(page);
    await chat.ask('/forget', text => text.includes('Видалити все'));
    await page.locator('.row.bot .keys button', { hasText: 'Так, видалити' }).last().click();
    await page.getByText('Усе видалено').waitFor({ timeout: answerLimit });
    await page.locator('.row.bot').last().evaluate(row => row.scrollIntoView());
    await chat.shoot('demo-forget');
  });
  await check('the page has no errors', () => assert.deepEqual(faults, []));
  await check('an interrupt ends the program with status 0', async () => {
    demo.program.kill('SIGINT');
    const late = new Promise(resolve => setTimeout(() => resolve({ code: 'none in 10 s' }), 10_000).unref());
    const { code } = await Promise.race([demo.ended, late]);
    assert.equal(code, 0, demo.printed());
  });
} catch (err) {
  status = 1;
  console.error(`not ok: ${err.stack}`);
  if (demo) console.error(`--- visnyk demo printed:\n${demo.printed().slice(-4000)}`);
} finally {
  await browser?.close();
  if (demo && demo.program.exitCode === null) {
    demo.program.kill('SIGKILL');
    await demo.ended;
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
process.exitCode = status;
