import { runAt } from "../../support/postgres/session";

const HEAD = `
import * as pulumi from "@pulumi/pulumi";
import * as clickpipes from "pulumi-neon-clickpipes";
class Part extends pulumi.ComponentResource {
  readonly source: clickpipes.ClickPipesSource;
  constructor(type: string, args: clickpipes.ClickPipesSourceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("acme:index:" + type, "part-" + type.toLowerCase(), {}, opts);
    this.source = new clickpipes.ClickPipesSource("source", args, { parent: this });
  }
}
`;

/** A program with the class `Part`: a component of a given type, which holds a source named "source". */
export function program(...lines: string[]): string {
  return HEAD + lines.join("\n");
}

/** How a source can be read from, as its stack puts it out. */
export interface Login {
  user: string;
  password: string;
}

export async function logsIn(uri: string, { user, password }: Login): Promise<boolean> {
  const own = Object.assign(new URL(uri), { username: user, password: encodeURIComponent(password) });
  return runAt(own.toString(), "select 1").then(
    () => true,
    () => false,
  );
}
