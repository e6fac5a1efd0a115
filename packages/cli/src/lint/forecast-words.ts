import type { AlignmentForecast } from '@icloud-delivery/preflight'

/** What mail will pass, such as `SPF pass, DKIM pass, DMARC pass`. */
export function forecastWords({ spf, dkim, dmarc }: AlignmentForecast): string {
  return `SPF ${spf}, DKIM ${dkim}, DMARC ${dmarc}`
}
