import type { Context } from "../lifecycle/context";
import { ADDRESSES_AS_OF, regionAddresses } from "./addresses/regions";
import { toAllowedList } from "./edit";
import type { AllowlistInputs } from "./state";
import { closesTo, openList } from "./wording";

/** What a preview can say of it: that the addresses are guessed, and that a list that is open now will be closed. */
export async function look(
  context: Context,
  before: Partial<AllowlistInputs>,
  { clickPipesRegion: region, projectId, addresses, whenOpen }: AllowlistInputs,
): Promise<void> {
  if (region && regionAddresses(region).unknownRegion) {
    context.warn(
      `region ${region.region} of ${region.cloud} is in no table of ClickPipes addresses (as of ${ADDRESSES_AS_OF}): those of ` +
        "the default region are used. Check ClickHouse's page on static IPs",
    );
  }
  if (whenOpen !== "restrict" || (before.whenOpen === "restrict" && before.projectId === projectId)) return;
  const settings = await context.lookAtNeon(projectId, (neon) => neon.readSettings(projectId));
  if (!settings || toAllowedList(settings).ips.length > 0) return;
  context.warn(`${openList(projectId)}; \`pulumi up\` ${closesTo(addresses)}`);
}
