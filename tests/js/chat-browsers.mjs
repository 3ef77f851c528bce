// Three people in browsers: node chat-browsers.mjs URL ROOM MEMBERS EXPECTED
// Each of MEMBERS (separated by commas) opens the chat's page, says "hello from NAME" and waits until its page shows
// every text of EXPECTED (separated by |). Prints a line for each; exit 1 when something did not come in time.
import puppeteer from "puppeteer-core";

const [url, room, members, expected] = process.argv.slice(2);
const texts = expected.split("|");
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
try {
  const pages = await Promise.all(members.split(",").map(async member => {
    const page = await browser.newPage();
    await page.goto(`${url}/?room=${room}&member=${member}`);
    await page.waitForFunction(name => [...document.querySelectorAll("#lines li")].some(line => line.textContent === `${name}is here`), { polling: "mutation" }, member);
    return { member, page };
  }));
  console.log("joined");
  for (const { member, page } of pages) {
    await page.bringToFront();
    await page.type("#text", `hello from ${member}`);
    await page.keyboard.press("Enter");
  }

  await Promise.all(pages.map(async ({ member, page }) => {
    try {
      await page.waitForFunction(all => all.every(text => document.getElementById("lines").textContent.includes(text)), { polling: "mutation" }, texts);
    } catch (error) {
      const shown = await page.$eval("#lines", list => list.innerText);
      throw new Error(`${member} was shown:\n${shown}\nand not all of: ${texts.join(", ")}`, { cause: error });
    }

    console.log(`${member} saw all`);
  }));
} finally {
  await browser.close();
}
