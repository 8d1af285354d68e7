import { type DeclarationReflection, ReflectionKind } from "typedoc";
import { sourceOf, summaryOf, tagOf } from "./model.mjs";
import { fieldsOf, objectText, typeText } from "./typeText.mjs";

export interface PageContent {
  resource: DeclarationReflection;
  /** Types that are described here. */
  types: DeclarationReflection[];
  /** For each name that has a place in the pages, that place. */
  links: ReadonlyMap<string, string>;
}

/** A longer one is no help in a table. */
const LONGEST_TYPE = 130;

/** The page of one resource, all of it from the docstrings. */
export function renderPage({ resource, types, links }: PageContent): string {
  const args = types.find(({ name }) => name === `${resource.name}Args`);
  const names = new Set(args?.children?.map(({ name }) => name));
  const all = properties(resource);
  const mirrored = [...names].every((name) => all.some((property) => property.name === name));
  const outputs = mirrored ? all.filter(({ name }) => !names.has(name)) : all;
  const others = types.filter((type) => type !== args);
  const parts = [
    `<!-- Made by \`npm run docs\` from ${sourceOf(resource)}: change it there. -->`,
    `# ${resource.name}`,
    summaryOf(resource),
    tagOf(resource, "@example"),
    "## Arguments",
    args ? summaryOf(args) : "",
    argumentTable(args?.children ?? [], links),
    "## Outputs",
    mirrored ? `Every argument is an output of the same name.${outputs.length > 0 ? " In addition:" : ""}` : "",
    outputTable(outputs, links),
    tagOf(resource, "@remarks").replace(/^### /gm, "## "),
    ...(others.length > 0 ? ["## Types"] : []),
    ...others.map((type) => typePart(type, links)),
    "[All resources](../../README.md#resources)",
  ];
  const text = parts.filter((part) => part !== "").join("\n\n");
  return `${text.replace(/\{@link (\w+)\}/g, (_all, name: string) => `[${name}](${links.get(name)})`)}\n`;
}

function properties(type: DeclarationReflection): DeclarationReflection[] {
  return (type.children ?? []).filter((child) => child.kindOf(ReflectionKind.Property) && !child.flags.isInherited);
}

function argumentTable(args: DeclarationReflection[], links: PageContent["links"]): string {
  const withChange = args.some((arg) => tagOf(arg, "@change") !== "");
  const head = ["Argument", "What it is", "Default", ...(withChange ? ["A change"] : [])];
  const rows = args.map((arg) => [
    `${nameCell(arg)}<br>${typeCell(arg, links)}`,
    summaryOf(arg),
    defaultCell(arg),
    ...(withChange ? [tagOf(arg, "@change")] : []),
  ]);
  return table(head, rows);
}

function nameCell(arg: DeclarationReflection): string {
  return `\`${arg.name}\`${arg.flags.isOptional ? "" : " (required)"}`;
}

function defaultCell(arg: DeclarationReflection): string {
  return tagOf(arg, "@defaultValue") || "–";
}

function outputTable(outputs: DeclarationReflection[], links: PageContent["links"]): string {
  if (outputs.length === 0) return "";
  return table(
    ["Output", "What it is"],
    outputs.map((output) => [
      `\`${output.name}\`<br>${typeCell(output, links)}`,
      summaryOf(output) || (output.name === "target" ? "Which database it lives in." : ""),
    ]),
  );
}

function typePart(type: DeclarationReflection, links: PageContent["links"]): string {
  const fields = fieldsOf(type);
  const rows = fields.map((field) => [`\`${nameOf(field)}\`<br>${typeCell(field, links)}`, fieldText(field)]);
  const described = rows.some(([, text]) => text !== "");
  const shape = type.children ? objectText(type) : typeText(type.type);
  return [
    `### ${type.name}`,
    summaryOf(type),
    ...((type.children && described) || shape.length > LONGEST_TYPE ? [] : [`\`${shape}\``]),
    ...(described ? [table(["Field", "What it is"], rows)] : []),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function nameOf({ name, flags }: DeclarationReflection): string {
  return `${name}${flags.isOptional ? "?" : ""}`;
}

function fieldText(field: DeclarationReflection): string {
  const byDefault = tagOf(field, "@defaultValue");
  return `${summaryOf(field)}${byDefault && ` Default: ${byDefault}.`}`;
}

/** As code, with links to what is described in one of the pages. */
function typeCell({ type }: DeclarationReflection, links: PageContent["links"]): string {
  const names = [...typeText(type).matchAll(/"[^"]*"|\w+/g)].map(([word]) => word);
  const described = [...new Set(names)].filter((name) => links.has(name));
  const see = described.map((name) => `[${name}](${links.get(name)})`);
  const text = typeText(type);
  const code = text.length > LONGEST_TYPE ? "object" : `\`${text}\``;
  return see.length > 0 && code !== `\`${described[0]}\`` ? `${code} (${see.join(", ")})` : (see[0] ?? code);
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** One line; a bar of its own would end the cell. */
function cell(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").replace(/\|/g, "\\|");
}
