import type { Recording } from "./scene";

const COLUMNS = 104;
const [CHARACTER, LINE, MARGIN, BAR] = [7.8, 18, 16, 34];

/** Both themes meet a contrast of at least 4.5 : 1 on their background. */
const STYLE = `
  .window { fill: #f6f8fa; stroke: #d0d7de; }
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; fill: #1f2328; white-space: pre; }
  .command { font-weight: 600; }
  .created { fill: #116329; } .changed { fill: #7d4e00; } .blocked { fill: #a40e26; } .quiet { fill: #57606a; }
  @media (prefers-color-scheme: dark) {
    .window { fill: #0d1117; stroke: #30363d; }
    text { fill: #e6edf3; }
    .created { fill: #56d364; } .changed { fill: #e3b341; } .blocked { fill: #ff7b72; } .quiet { fill: #8b949e; }
  }
`;

/** Draws recorded output as a terminal window. The text stays text, so that it can be selected and read aloud. */
export function renderPicture({ command, text }: Omit<Recording, "name">): string {
  const lines = text.split("\n").flatMap(wrapLine);
  const width = Math.ceil(COLUMNS * CHARACTER + 2 * MARGIN);
  const height = BAR + lines.length * LINE + MARGIN;
  const rows = lines.map(({ line, kind }, index) => {
    const y = BAR + (index + 1) * LINE - 4;
    return line === "" ? "" : `  <text x="${MARGIN}" y="${y}"${kind && ` class="${kind}"`}>${escapeXml(line)}</text>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" xml:space="preserve">
  <title>${escapeXml(`Output of ${command}`)}</title>
  <style>${STYLE}  </style>
  <rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
  <text x="${MARGIN}" y="22" class="command">$ ${escapeXml(command)}</text>
${rows.join("")}</svg>
`;
}

/** Breaks a line between words, and indents what follows as the line itself. */
function wrapLine(whole: string): { line: string; kind: string }[] {
  const kind = kindOf(whole);
  const indent = /^ */.exec(whole)?.[0] ?? "";
  const lines: { line: string; kind: string }[] = [];
  let rest = whole;
  while (rest.length > COLUMNS) {
    const end = rest.lastIndexOf(" ", COLUMNS);
    const at = end > indent.length ? end : COLUMNS;
    lines.push({ line: rest.slice(0, at), kind });
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, { line: rest, kind }];
}

function kindOf(line: string): string {
  if (/^ +\+ /.test(line)) return "created";
  if (/^ +~ |warning:|drift:/.test(line)) return "changed";
  if (/^BLOCKED/.test(line)) return "blocked";
  return /^Duration/.test(line) ? "quiet" : "";
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
