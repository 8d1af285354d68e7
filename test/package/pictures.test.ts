import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { NAMES, pictureFile, readRecording } from "../../scripts/pictures/files";
import { renderPicture } from "../../scripts/pictures/render";

const README = readFileSync(join(resolve(__dirname, "../.."), "README.md"), "utf8");

describe("the pictures of README", () => {
  test.each(NAMES)("%s.svg is drawn from what was recorded; else run `npm run pictures`", (name) => {
    expect(readFileSync(pictureFile(name), "utf8")).toBe(renderPicture(readRecording(name)));
    expect(README).toMatch(new RegExp(`!\\[[^\\]]{20,}\\]\\(docs/pictures/${name}\\.svg\\)`));
  });

  test("break no line in a word, and lose no word", () => {
    const text = `  warning: ${"a <b> & c ".repeat(30)}end`;
    const drawn = renderPicture({ command: "x", text });
    const lines = [...drawn.matchAll(/<text x="16" y="\d+" class="changed">(.*)<\/text>/g)].map(
      ([, line = ""]) => line,
    );
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.map((line) => line.trim()).join(" ")).toBe(
      text.trim().replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    );
  });

  test("have the colours of a light and of a dark page", () => {
    const drawn = renderPicture({ command: "x", text: "" });
    const [light = "", dark = ""] = drawn.split("@media (prefers-color-scheme: dark)");
    for (const name of [".window", ".created", ".changed", ".blocked", ".quiet", "text {"]) {
      expect(light).toContain(name);
      expect(dark).toContain(name);
    }
  });
});
