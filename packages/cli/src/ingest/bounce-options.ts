import type { BouncesOptions, Feedback } from '@icloud-delivery/feedback'
import type { Settings } from '../config/settings.ts'

/** What `createBounces` takes, from the configuration. */
export function bounceOptions(
  feedback: Feedback,
  { returnPath, relays, receivers, addressFields }: Settings,
  stream: string | undefined,
): BouncesOptions {
  return {
    feedback,
    ...(returnPath !== undefined && { returnPath }),
    ...(relays !== undefined && { relays }),
    ...(receivers !== undefined && { receivers }),
    ...(addressFields !== undefined && { addressFields }),
    ...(stream !== undefined && { stream }),
  }
}
