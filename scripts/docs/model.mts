import {
  Application,
  type CommentDisplayPart,
  type DeclarationReflection,
  OptionDefaults,
  type ProjectReflection,
} from "typedoc";

/** The public names of the package with their docstrings, as TypeDoc reads them. */
export async function readModel(root: string): Promise<ProjectReflection> {
  const app = await Application.bootstrap({
    entryPoints: [`${root}/provider/index.ts`],
    tsconfig: `${root}/tsconfig.build.json`,
    blockTags: [...OptionDefaults.blockTags, "@change"],
    excludeExternals: true,
    // A default is a sentence as often as it is code.
    jsDocCompatibility: { defaultTag: false },
    skipErrorChecking: true,
    validation: false,
    // The pages link to no source, and a checkout need not have a remote.
    disableGit: true,
    gitRevision: "main",
    sourceLinkTemplate: "{path}",
    sort: ["source-order"],
    logLevel: "Warn",
  });
  const project = await app.convert();
  if (!project || app.logger.hasWarnings() || app.logger.hasErrors())
    throw new Error("TypeDoc could not read the docstrings");
  return project;
}

export function sourceOf({ sources }: DeclarationReflection): string {
  return `provider/${sources?.[0]?.fileName ?? ""}`;
}

/** The text of a docstring above its first block tag. */
export function summaryOf({ comment }: DeclarationReflection): string {
  return textOf(comment?.summary);
}

export function tagOf({ comment }: DeclarationReflection, tag: `@${string}`): string {
  return textOf(comment?.getTag(tag)?.content);
}

/** Links stay as they are in the docstring. */
function textOf(parts: readonly CommentDisplayPart[] | undefined): string {
  return (parts ?? [])
    .map((part) => (part.kind === "inline-tag" ? `{${part.tag} ${part.text}}` : part.text))
    .join("")
    .trim();
}
