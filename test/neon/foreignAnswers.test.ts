import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EchoApi, type EchoedAnswer, everyVerb, startEchoApi } from "../support/echo/api";
import { useWarnings } from "../support/warnings";

const PAGE: EchoedAnswer = { status: 404, body: "<html><body>Not Found</body></html>", type: "text/html" };
const ANSWERS: [string, EchoedAnswer][] = [
  ["an HTML page", PAGE],
  ["no text", { ...PAGE, body: "" }],
  ["the error of another API", { status: 404, body: '{"message":"no Route matched with those values"}' }],
  ["JSON that is no object", { status: 404, body: "null" }],
];
const NEONS: EchoedAnswer = { status: 404, body: '{"code":"","message":"project not found"}' };
const SPEAKS_OF_NEON = /no such project|was deleted|pulumi state delete|Neon refused|plan/;

describe("HTTP 404 from a server that is not Neon's API", () => {
  let api: EchoApi;
  const warnings = useWarnings();

  beforeAll(async () => {
    api = await startEchoApi();
  });
  afterAll(() => api?.stop());

  async function said(kind: string, answer: (method?: string) => EchoedAnswer): Promise<string[]> {
    api.answer = (_key, { method }) => answer(method);
    return [...(await everyVerb(kind, api)), ...warnings.splice(0)];
  }

  describe.each(ANSWERS)("with %s", (_title, answer) => {
    test("says nothing about the project in any verb of an IpAllowlist, and delete fails", async () => {
      const texts = await said("IpAllowlist", () => answer);
      // The warning of the preview, create, read, update and delete.
      expect(texts).toHaveLength(5);
      for (const text of texts) {
        expect(text).toMatch(/HTTP 404: this is not Neon's API\.[\s\S]*Check `neonApiUrl`\./);
        expect(text).not.toMatch(SPEAKS_OF_NEON);
      }
    });

    test("says nothing about the project in any verb of a LogicalReplication, and delete needs no answer", async () => {
      const texts = await said("LogicalReplication", () => answer);
      const answered = texts.filter((text) => text.includes("HTTP 404"));
      expect(answered.length).toBeGreaterThanOrEqual(3);
      for (const text of answered) expect(text).toContain("HTTP 404: this is not Neon's API.");
      for (const text of texts) expect(text).not.toMatch(SPEAKS_OF_NEON);
    });
  });

  test.each([403, 404, 422])("or HTTP %i, for a write alone is no refusal of Neon's", async (status) => {
    const project = { settings: { allowed_ips: { ips: ["192.0.2.1", "198.51.100.7"] } } };
    const found: EchoedAnswer = { status: 200, body: JSON.stringify({ project, operations: [] }) };
    const texts = await said("IpAllowlist", (method) => (method === "PATCH" ? { ...PAGE, status } : found));
    const refused = texts.filter((text) => text.includes(`HTTP ${status}`));
    expect(refused.length).toBeGreaterThan(0);
    for (const text of refused) {
      expect(text).toMatch(/^Neon API: PATCH \S+ failed with HTTP \d+: this is not Neon's API\./);
      expect(text).not.toMatch(SPEAKS_OF_NEON);
    }
  });

  test("differs from Neon's own, which says that there is no such project", async () => {
    const texts = await said("IpAllowlist", () => NEONS);
    for (const text of texts) expect(text).toContain("there is no such project, or the API key cannot see it");
    expect(texts.filter((text) => text.includes("pulumi state delete"))).toHaveLength(2);
  });
});
