import type { LanesPolicy } from '@icloud-delivery/engine'
import type { Settings } from './settings.ts'

/** A line for each lane that has an address or a name of its own, and that no mail goes over: most likely it is misspelt. */
export function unusedLanes(
  { lanes, laneIps, laneHelos }: Pick<Settings, 'lanes' | 'laneIps' | 'laneHelos'>,
  policy: LanesPolicy,
): string[] {
  const alternatives = Object.values(policy).flatMap(({ alternative }) => alternative ?? [])
  const used = [...new Set(['default', ...lanes.values(), ...alternatives])]
  return Object.entries({ lane_ips: laneIps, lane_helos: laneHelos }).flatMap(([section, named]) =>
    [...named.keys()]
      .filter((lane) => !used.includes(lane))
      .map(
        (lane) =>
          `config/icloud.ini [${section}] ${lane}: no mail goes over this lane; there are ${used.join(', ')}`,
      ),
  )
}
