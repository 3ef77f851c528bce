// What a page may do: node browser.mjs PAGE SCHEME://HOST:PORT FOREIGN
// Opens PAGE, which the gateway serves, and uses EventSource, WebSocket and fetch from it; then FOREIGN, a page from
// elsewhere, which may not connect. Prints a line of JSON for each: its name, and what came.
import puppeteer from "puppeteer-core";

const [page, socketUrl, foreign] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
const tell = (name, what) => console.log(JSON.stringify({ name, ...what }));
try {
  const tab = await browser.newPage();
  await tab.goto(page);
  tell("eventsource", await tab.evaluate(() => new Promise(resolve => {
    const source = new EventSource("/v1/behaviours:stream?count=3");
    const data = [];
    source.onmessage = event => data.push(event.data);
    source.addEventListener("end", event => {
      // The browser reconnects with the id of the end, gets 204, and gives up.
      source.onerror = () => source.readyState === EventSource.CLOSED && resolve({ data, id: event.lastEventId });
    });
  })));
  tell("fetch", await tab.evaluate(async () => {
    const response = await fetch("/v1/behaviours:stream?count=3", { headers: { accept: "application/x-ndjson" } });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let piece; !(piece = await reader.read()).done;) {
      text += piece.value;
    }
    return { type: response.headers.get("content-type"), lines: text.trim().split("\n").map(line => JSON.parse(line)) };
  }));
  tell("websocket", await tab.evaluate(() => new Promise(resolve => {
    const socket = new WebSocket(`${location.origin.replace("http", "ws")}/v1/behaviours:chat`);
    const data = [];
    socket.onopen = () => socket.send(JSON.stringify({ text: "from a page" }));
    socket.onmessage = event => {
      data.push(event.data);
      socket.send("");
    };
    socket.onclose = event => resolve({ data, code: event.code });
  })));
  await tab.goto(foreign);
  tell("foreign", await tab.evaluate(url => new Promise(resolve => {
    const socket = new WebSocket(`${url}/v1/behaviours:chat`);
    socket.onopen = () => resolve({ opened: true });
    socket.onclose = event => resolve({ opened: false, code: event.code });
  }), socketUrl));
} finally {
  await browser.close();
}
