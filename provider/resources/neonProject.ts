import * as pulumi from "@pulumi/pulumi";

/** Members that every output has, but that its declarations do not show. */
interface Leaf {
  resources(): Set<pulumi.Resource>;
  isKnown: Promise<boolean>;
  promise(): Promise<unknown>;
}

/**
 * Warns, also in a preview, if the program manages the project with a resource such as `@pulumi/neon`'s `Project` that does not set
 * `yes` for logical replication. Once it is on, that resource tries to turn it off again.
 */
export function warnOfNeonProject(replication: pulumi.Resource, projectId: pulumi.Input<string> | undefined): void {
  if (!pulumi.Output.isInstance(projectId)) return;
  for (const project of (projectId as unknown as Leaf).resources()) {
    const { enableLogicalReplication: setting } = project as { enableLogicalReplication?: unknown };
    if (!pulumi.Output.isInstance(setting)) continue;
    const leaf = setting as unknown as Leaf;
    // In a preview, an argument is known if the program sets it, and unknown if the program omits it.
    void Promise.all([leaf.isKnown, leaf.promise()]).then(
      ([known, value]) => {
        if (!known || value !== "yes") void pulumi.log.warn(warning(project), replication);
      },
      // If the project cannot be created, its own error reports that.
      () => {},
    );
  }
}

function warning(project: pulumi.Resource): string {
  const { __pulumiType: type, __name: name } = project as unknown as { __pulumiType: string; __name: string };
  return [
    `${type} "${name}" also manages logical replication of this project, without \`enableLogicalReplication: "yes"\`.`,
    "Once it is on, @pulumi/neon up to 0.13 replaces the whole project, including its data.",
    "Later versions fail, because Neon cannot turn it off.",
    'Set it to "yes" there, together with `ignoreChanges: ["enableLogicalReplication"]` and `protect: true`.',
    'Without these two, versions up to 0.13 also replace an existing project because of the "yes".',
  ].join("\n");
}
