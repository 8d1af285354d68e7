import * as pulumi from "@pulumi/pulumi";

/** What every output has, and the declarations do not show. */
interface Leaf {
  resources(): Set<pulumi.Resource>;
  isKnown: Promise<boolean>;
  promise(): Promise<unknown>;
}

/**
 * Warns, in a preview too, where the program keeps the project with a resource such as `@pulumi/neon`'s `Project` that does
 * not say `yes` to logical replication: once that is on, the resource wants to have it off again.
 */
export function warnOfNeonProject(replication: pulumi.Resource, projectId: pulumi.Input<string> | undefined): void {
  if (!pulumi.Output.isInstance(projectId)) return;
  for (const project of (projectId as unknown as Leaf).resources()) {
    const { enableLogicalReplication: setting } = project as { enableLogicalReplication?: unknown };
    if (!pulumi.Output.isInstance(setting)) continue;
    const leaf = setting as unknown as Leaf;
    // A preview knows what the program says, and not what it leaves out.
    void Promise.all([leaf.isKnown, leaf.promise()]).then(
      ([known, value]) => {
        if (!known || value !== "yes") void pulumi.log.warn(warning(project), replication);
      },
      // A project that cannot be made is said by itself.
      () => {},
    );
  }
}

function warning(project: pulumi.Resource): string {
  const { __pulumiType: type, __name: name } = project as unknown as { __pulumiType: string; __name: string };
  return (
    `${type} "${name}" keeps logical replication of this project too, and does not say \`enableLogicalReplication: "yes"\`. ` +
    "Once it is on, @pulumi/neon up to 0.13 replaces the whole project, data and all; later versions fail, as Neon cannot turn it off. " +
    'Say "yes" there together with `ignoreChanges: ["enableLogicalReplication"]` and `protect: true`: without these, up to 0.13 the ' +
    '"yes" replaces a project that exists, too'
  );
}
