import * as pulumi from "@pulumi/pulumi";
import { repeatingInputs } from "./secretArguments";

const TYPE_PREFIX = "pulumi-nodejs:dynamic/clickpipes:";

/**
 * The base of our resources: Pulumi's dynamic provider, without its serialising of code. The state keeps one constant
 * line that requires this package, so an upgrade shows no diff, and refresh and delete run the code that is installed.
 */
export abstract class DynamicResource extends pulumi.CustomResource {
  protected constructor(
    kind: string,
    name: string,
    props: pulumi.Inputs,
    secrets: string[],
    opts: pulumi.CustomResourceOptions,
  ) {
    refuseImport(kind, name, props, opts);
    const hidden = { mark: markOf(kind, name), __provider: providerText(kind) };
    super(
      TYPE_PREFIX + kind,
      name,
      { ...props, ...repeatingInputs(kind, props), ...hidden },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: secrets }),
    );
  }
}

/** Stands in the state of every resource: never edit it, or every stack shows a diff. */
function providerText(kind: string): string {
  return `exports.handler = () => require("pulumi-neon-clickpipes/provider").handler("${kind}");`;
}

/** Whose an object of the database is: by what the program calls the resource, not by where it stands in a component. */
function markOf(kind: string, name: string): string {
  return [organization(), pulumi.getProject(), pulumi.getStack(), kind, name].join("/");
}

/** What backends without organisations say, and so what programs under test mean, where Pulumi gives none and throws. */
function organization(): string {
  try {
    return pulumi.getOrganization();
  } catch {
    return "organization";
  }
}

/** Pulumi reads an imported dynamic resource without the code to read it with (pulumi/pulumi#11279). */
function refuseImport(kind: string, name: string, props: pulumi.Inputs, opts: pulumi.CustomResourceOptions): void {
  if (opts.import === undefined) return;
  const way =
    "adopt" in props
      ? "Take `import` out and set the argument `adopt: true`: the next `pulumi up` takes over what is there."
      : "Take `import` out: the next `pulumi up` goes on from what is there.";
  throw new pulumi.RunError(`${kind} "${name}": Pulumi cannot import dynamic resources. ${way}`);
}

export function isInstanceOf(value: unknown, kind: string): boolean {
  return pulumi.Resource.isInstance(value) && (value as { __pulumiType?: string }).__pulumiType === TYPE_PREFIX + kind;
}

/**
 * What a constructor sends: every output as a key, since Pulumi resolves no other; the defaults, since `check` is not
 * called while the provider is unknown; and secrets marked so, which the state else keeps in clear.
 */
export function properties(
  args: object,
  outputs: readonly string[],
  defaults: object = {},
  secrets: readonly string[] = [],
): pulumi.Inputs {
  const props: pulumi.Inputs = Object.fromEntries(outputs.map((name) => [name, undefined]));
  for (const [name, value] of [...Object.entries(defaults), ...Object.entries(args)]) {
    if (value !== undefined) props[name] = secrets.includes(name) ? pulumi.secret(value) : value;
  }
  return props;
}
