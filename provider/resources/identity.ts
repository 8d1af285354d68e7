import * as pulumi from "@pulumi/pulumi";

/** The inputs by which the provider knows a resource of this program. Together they are as long as the resource's URN. */
export function identityInputs(
  kind: string,
  name: string,
  { parent, id }: pulumi.CustomResourceOptions,
): pulumi.Inputs {
  const mark = markOf(kind, name);
  const path = pathOf(parent);
  const paths = pathsOf(mark);
  // `.get()` makes a resource that owns nothing.
  if (id === undefined) paths.add(path);
  return { mark, path, namesakes: once(() => (paths.size > 1 ? true : undefined)) };
}

function markOf(kind: string, name: string): string {
  return [organization(), pulumi.getProject(), pulumi.getStack(), kind, name].join("/");
}

/** "organization" is what backends without organizations use. Under test, Pulumi has none and throws. */
function organization(): string {
  try {
    return pulumi.getOrganization();
  } catch {
    return "organization";
  }
}

/** What Pulumi sets on every resource, and shows in its URN. */
interface Parent extends pulumi.Resource {
  __pulumiType?: string;
  __parentResource?: pulumi.Resource;
}

const STACK_TYPE = "pulumi:pulumi:Stack";

/** The types of the parents as in the URN: two components may hold resources of the same type and name. */
function pathOf(parent: pulumi.Resource | undefined): string {
  const types: string[] = [];
  for (let one: Parent | undefined = parent; one; one = one.__parentResource) {
    if (one.__pulumiType && one.__pulumiType !== STACK_TYPE) types.unshift(one.__pulumiType);
  }
  return types.join("$");
}

const pathsByProgram = new WeakMap<object, Map<string, Set<string>>>();
const WITHOUT_STACK = {};

/** The paths of all resources that this program makes with a mark. A process may run several programs, one after the other. */
function pathsOf(mark: string): Set<string> {
  const program = pulumi.runtime.getStackResource() ?? WITHOUT_STACK;
  const byMark = pathsByProgram.get(program) ?? new Map<string, Set<string>>();
  pathsByProgram.set(program, byMark);
  const paths = byMark.get(mark) ?? new Set<string>();
  byMark.set(mark, paths);
  return paths;
}

/** Answers once the program has made the resources that it makes without waiting. */
function once<T>(answer: () => T): Promise<T> {
  return new Promise((resolve) => setImmediate(() => resolve(answer())));
}
