import * as pulumi from "@pulumi/pulumi";
import { REPEATED, REPEATING_OUTPUTS } from "../lifecycle/argumentNames";

/**
 * Inputs by which the outputs that repeat secret arguments become secret, too; none where the program made none secret. Which are,
 * Pulumi knows only when their values are there.
 */
export function repeatingInputs(kind: string, props: pulumi.Inputs): pulumi.Inputs {
  const repeating = REPEATING_OUTPUTS[kind] ?? {};
  const names = [...new Set(Object.values(repeating).flat())].filter((name) => mayBeSecret(props[name]));
  if (names.length === 0) return {};
  const secret = secretAmong(names, props);
  const isRepeated = (sources: readonly string[]) =>
    secret.then((found) => (sources.some((name) => found.includes(name)) ? pulumi.secret(REPEATED) : undefined));
  return {
    secretArguments: secret.then((found) => (found.length > 0 ? found : undefined)),
    ...Object.fromEntries(Object.entries(repeating).map(([output, sources]) => [output, isRepeated(sources)])),
  };
}

/** What holds no output is as plain as it stands. */
function mayBeSecret(value: unknown): boolean {
  if (value === null || typeof value !== "object") return false;
  return pulumi.Output.isInstance(value) || value instanceof Promise || Object.values(value).some(mayBeSecret);
}

async function secretAmong(names: string[], props: pulumi.Inputs): Promise<string[]> {
  // What fails, fails the resource by itself.
  const flags = await Promise.all(names.map((name) => pulumi.isSecret(pulumi.output(props[name])).catch(() => false)));
  return names.filter((_name, index) => flags[index]);
}
