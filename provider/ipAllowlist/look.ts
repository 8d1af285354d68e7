import type { Context } from "../lifecycle/context";
import { ADDRESSES_AS_OF, nearestRegion, regionAddresses } from "./addresses/regions";
import { toAllowedList } from "./edit";
import type { AllowlistInputs } from "./state";
import { openList, restrictsTo } from "./wording";

/** Warns in a preview if the region is unknown, and if `pulumi up` will close an open list. */
export async function look(
  context: Context,
  before: Partial<AllowlistInputs>,
  { clickPipesRegion: region, projectId, addresses, whenOpen }: AllowlistInputs,
): Promise<void> {
  if (region && regionAddresses(region).unknownRegion) {
    const meant = nearestRegion(region);
    context.warn(
      [
        `region ${region.region} of ${region.cloud} is not in the table of ClickPipes addresses (as of ${ADDRESSES_AS_OF}).`,
        ...(meant === undefined ? [] : [`Did you mean ${meant}?`]),
        "The addresses of the default region are used.",
        "Check them against ClickHouse's page on static IPs.",
      ].join("\n"),
    );
  }
  if (whenOpen !== "restrict" || (before.whenOpen === "restrict" && before.projectId === projectId)) return;
  const settings = await context.lookAtNeon(projectId, (neon) => neon.readSettings(projectId));
  if (!settings || toAllowedList(settings).ips.length > 0) return;
  context.warn(`${openList(projectId)}.\n${restrictsTo(addresses)}.`);
}
