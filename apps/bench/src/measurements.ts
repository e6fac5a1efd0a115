import { classifyMeasurements } from './classify/rows.ts'
import { dashboardMeasurements } from './dashboard/rows.ts'
import { harakaMeasurements, waitingMeasurements } from './haraka/rows.ts'
import { ledgerMeasurements } from './ledger/rows.ts'
import { logMeasurements } from './logs/rows.ts'
import type { Measurement } from './measurement.ts'
import { jsonMeasurements } from './nodemailer/json-rows.ts'
import { outboxMeasurements } from './nodemailer/outbox-rows.ts'
import { poolMeasurements } from './nodemailer/pool-rows.ts'
import { preflightMeasurements } from './preflight/rows.ts'

/** Everything that can be measured, in the order of the table. One file for each family of rows. */
export const measurements: readonly Measurement[] = [
  ...classifyMeasurements,
  ...ledgerMeasurements,
  ...jsonMeasurements,
  ...poolMeasurements,
  ...outboxMeasurements,
  ...harakaMeasurements,
  ...waitingMeasurements,
  ...preflightMeasurements,
  ...logMeasurements,
  ...dashboardMeasurements,
]
