import type { Inputs } from "../lifecycle/arguments";
import type { Context } from "../lifecycle/context";
import { ADDRESSES_AS_OF, regionAddresses } from "./addresses/regions";
import { listOf } from "./edit";
import type { AllowlistInputs } from "./state";

/** What a preview can say of it: that the addresses are guessed, and that a list that is open now will be closed. */

export async function look(context: Context, olds: Inputs, inputs: Inputs): Promise<void> {
  const { clickPipesRegion: region, projectId, addresses, whenOpen } = inputs as AllowlistInputs;
  if (region && regionAddresses(region).unknownRegion) {
    context.warn(
      `region ${region.region} of ${region.cloud} is in no table of ClickPipes addresses (as of ${ADDRESSES_AS_OF}): those of ` +
        "the default region are used. Check ClickHouse's page on static IPs",
    );
  }
  if (whenOpen !== "restrict" || (olds.whenOpen === "restrict" && olds.projectId === projectId)) return;
  const settings = await context.lookAtNeon(projectId, (neon) => neon.readSettings(projectId));
  if (!settings || listOf(settings).ips.length > 0) return;
  context.warn(
    `the IP Allow list of project ${projectId} is empty, so everybody may connect; \`pulumi up\` closes it to all but ${addresses.join(", ")}`,
  );
}
