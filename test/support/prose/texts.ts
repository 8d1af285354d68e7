import ts from "typescript";

/** Every comment, string and name of a module. What is put together with `+` is one string. */
export function textsOf(code: string): string[] {
  const source = ts.createSourceFile("module.ts", code, ts.ScriptTarget.Latest, true);
  const comments = new Map<number, ts.CommentRange>();
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    for (const at of [node.getFullStart(), node.getEnd()])
      for (const range of [
        ...(ts.getLeadingCommentRanges(code, at) ?? []),
        ...(ts.getTrailingCommentRanges(code, at) ?? []),
      ])
        comments.set(range.pos, range);
    const isPart = ts.isBinaryExpression(node.parent ?? node) || ts.isTemplateSpan(node.parent ?? node);
    if (isText(node) && !(isPart && isText(node.parent))) texts.push(textOf(node));
    else if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) texts.push(wordsOf(node.text));
    else if (ts.isRegularExpressionLiteral(node)) texts.push(node.text);
    node.getChildren().forEach(visit);
  };
  visit(source);
  return [...texts, ...proseOf(code, [...comments.values()])];
}

function isText(node: ts.Node): boolean {
  if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) return true;
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    (isText(node.left) || isText(node.right))
  );
}

function textOf(node: ts.Node): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  return ts.isBinaryExpression(node) ? textOf(node.left) + textOf(node.right) : "…";
}

/** `wishedTables` as "wished Tables". */
function wordsOf(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll("_", " ");
}

/** Every paragraph, list item, heading and cell of a page, and every line of its examples. */
export function textsOfPage(page: string): string[] {
  return page
    .split(/\n\s*\n|\n(?=\s*(?:[-*#>|]|\d+\.|```))|(?<!\\)\|/)
    .map((text) => text.replace(/\s+/g, " ").trim())
    .filter((text) => text !== "");
}

/** Line comments that follow each other are one. */
function proseOf(code: string, comments: ts.CommentRange[]): string[] {
  const prose: string[] = [];
  let end = -1;
  for (const range of comments.sort((a, b) => a.pos - b.pos)) {
    const text = code
      .slice(range.pos, range.end)
      .replace(/^\s*(\/\*\*?|\*\/|\*|\/\/)|\*\/$/gm, "")
      .replace(/\s+/g, " ")
      .trim();
    if (end >= 0 && code.slice(end, range.pos).trim() === "") prose.push(`${prose.pop()} ${text}`);
    else prose.push(text);
    end = range.end;
  }
  return prose;
}
