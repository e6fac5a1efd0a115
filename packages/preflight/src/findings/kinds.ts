import { addressKinds } from './address-kinds.ts'
import { alignmentKinds } from './alignment-kinds.ts'
import { attachmentKinds } from './attachment-kinds.ts'
import { bimiKinds } from './bimi-kinds.ts'
import { bulkKinds } from './bulk-kinds.ts'
import { contentKinds } from './content-kinds.ts'
import { dkimKinds } from './dkim-kinds.ts'
import { dmarcKinds } from './dmarc-kinds.ts'
import { dmarcReportKinds } from './dmarc-report-kinds.ts'
import { formatKinds } from './format-kinds.ts'
import { hostKinds } from './host-kinds.ts'
import type { Kind } from './kind.ts'
import { linkKinds } from './link-kinds.ts'
import { listingKinds } from './listing-kinds.ts'
import { placementKinds } from './placement-kinds.ts'
import { scannerKinds } from './scanner-kinds.ts'
import { spfKinds } from './spf-kinds.ts'

/** Every code that a finding can have. */
export type FindingCode =
  | keyof typeof spfKinds
  | keyof typeof dkimKinds
  | keyof typeof dmarcKinds
  | keyof typeof bimiKinds
  | keyof typeof hostKinds
  | keyof typeof alignmentKinds
  | keyof typeof formatKinds
  | keyof typeof contentKinds
  | keyof typeof linkKinds
  | keyof typeof bulkKinds
  | keyof typeof attachmentKinds
  | keyof typeof scannerKinds
  | keyof typeof listingKinds
  | keyof typeof addressKinds
  | keyof typeof dmarcReportKinds
  | keyof typeof placementKinds

/** What holds for every finding with one code: the table that users and the command line can print. */
export const kinds: Readonly<Record<FindingCode, Kind>> = {
  ...spfKinds,
  ...dkimKinds,
  ...dmarcKinds,
  ...bimiKinds,
  ...hostKinds,
  ...alignmentKinds,
  ...formatKinds,
  ...contentKinds,
  ...linkKinds,
  ...bulkKinds,
  ...attachmentKinds,
  ...scannerKinds,
  ...listingKinds,
  ...addressKinds,
  ...dmarcReportKinds,
  ...placementKinds,
}
