import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { NeonClient } from "../../provider/neon/client";
import { NEON_WAITS, type NeonWaits } from "../../provider/neon/waits";

const WAITS: NeonWaits = { ...NEON_WAITS, pause: 5 };
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that is not Neon's API. */
async function startServer(listener: RequestListener): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  closing.push(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "no error",
    (error: Error) => error.message,
  );
const clientOf = (apiUrl: string, waits: NeonWaits = WAITS) => new NeonClient({ apiUrl, apiKey: "napi_key", waits });
const reading = (url: string, waits?: NeonWaits) => failure(clientOf(url, waits).readSettings("p"));

test.each(["<!DOCTYPE html>", "{}", "null", "[]", '{"project":null}', '{"project":"p"}'])(
  "the answer %s does not come from Neon's API",
  async (body) => {
    const { url } = await startServer((_request, response) => void response.end(body));
    expect(await reading(url)).toMatch(
      /GET \S+ failed with HTTP 200: this is not Neon's API\.\nThe answer contains no "project"\.\nThe request id is \S+\.\nCheck `neonApiUrl`\.$/,
    );
  },
);

test("nothing listens on the address", async () => {
  const { url, close } = await startServer(() => {});
  await close();
  expect(await reading(url)).toMatch(
    /GET \/projects\/p got no answer\.\nThe error was: ECONNREFUSED\.\nThe request id is /,
  );
});

test("an HTML page instead of Neon's JSON is quoted in one line", async () => {
  const { url } = await startServer((_request, response) => {
    response.writeHead(403).end("<html>\r\n  <body>\u001b[31mForbidden</body>\n</html>\n");
  });
  expect(await reading(url)).toContain(
    "HTTP 403: this is not Neon's API.\nThe answer was: <html> <body> [31mForbidden</body> </html>.\n",
  );
});

test("an answer that begins and never ends counts as no answer", async () => {
  let requests = 0;
  const { url } = await startServer((_request, response) => {
    requests++;
    response.write('{"project":');
  });
  expect(await reading(url, { ...WAITS, request: 100 })).toContain("got no answer.\nThe request timed out.\n");
  expect(requests).toBe(4);
});

test("a redirect is followed neither for reads nor for writes, so that no other server gets the key", async () => {
  const keys: unknown[] = [];
  const other = await startServer((request, response) => {
    keys.push(request.headers.authorization);
    response.end('{"project":{}}');
  });
  let reads = 0;
  const { url } = await startServer(({ method }, response) => {
    if (method === "GET" && ++reads === 2) return void response.end('{"project":{}}');
    response.writeHead(307, { location: `${other.url}/` }).end();
  });
  const expected = / failed with HTTP 307: this is not Neon's API\.\n[\s\S]*\nCheck `neonApiUrl`\.$/;
  expect(await reading(url)).toMatch(expected);
  const written = await clientOf(url).changeSettings("p", () => ({ allowed_ips: { ips: ["192.0.2.1"] } }));
  expect("failure" in written && String(written.failure)).toMatch(expected);
  expect(keys).toEqual([]);
});
