// Chromium with the clients that browsers have: node browser-clients.mjs GATEWAY INTEROP_SET LIBRARY_SET ORIGIN...
// Opens a page at each ORIGIN (a port of ours behind its name) and calls the gateway across origins. Prints a line for each client that
// held, and for a page that may not call what its client saw.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import puppeteer from "puppeteer-core";

const [gateway, interopSet, librarySet, allowed, foreign] = process.argv.slice(2);
const bundle = await build({
  entryPoints: [fileURLToPath(new URL("page-clients.mjs", import.meta.url))],
  bundle: true, write: false, format: "iife", platform: "browser", logLevel: "error",
});
const server = createServer((request, response) => response.setHeader("content-type", "text/html").end("<!doctype html><title>page</title>"));
await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
const at = `127.0.0.1:${server.address().port}`;
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
    // Names of the test's own, served by the port above.
    `--host-resolver-rules=MAP *.example.com ${at}, MAP *.example.net ${at}`, "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,HttpsUpgrades"],
});
const sets = [interopSet, librarySet].map(file => readFileSync(file).toString("base64"));
try {
  const open = async origin => {
    const tab = await browser.newPage();
    await tab.goto(origin);
    await tab.addScriptTag({ content: bundle.outputFiles[0].text });
    return tab;
  };
  const page = await open(allowed);
  for (const name of ["connect json", "connect proto", "connect get", "grpc-web", "grpc-web json", "google binary", "google text"]) {
    const error = await page.evaluate((...all) => run(...all).then(() => undefined, failed => String(failed.stack ?? failed)), gateway, ...sets, name);
    console.log(`${name}: ${error ?? "held"}`);
  }
  const stranger = await open(foreign);
  const refused = await stranger.evaluate((...all) => run(...all).then(() => "answered", () => "refused"), gateway, ...sets, "connect json");
  console.log(`foreign: ${refused}`);
} finally {
  await browser.close();
  server.close();
}
