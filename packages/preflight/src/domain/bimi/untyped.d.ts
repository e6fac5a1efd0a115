// These come without types of their own.

declare module '@postalsys/vmc' {
  import type { X509Certificate } from 'node:crypto'

  export class RootStore {
    static create(): RootStore
    readonly rootCerts: readonly X509Certificate[]
    /** PEM. */
    addCert(pem: string): boolean
  }

  export interface Mark {
    type: 'VMC' | 'CMC'
    mediaType?: string
    /** Base64. */
    logoFile?: string
    /** Whether the logo is the one that was certified. */
    validHash?: boolean
    certificate: {
      subject?: { markType?: string }
      subjectAltName: string[]
      validFrom: string
      validTo: string
    }
  }

  /** Rejects with `code` what does not verify. */
  export function vmc(pem: Buffer, options: { rootStore: RootStore; now: Date }): Promise<Mark>
}

declare module 'mailauth/lib/bimi/validate-svg.js' {
  /** Throws what BIMI does not allow. */
  export function validateSvg(svg: Buffer): true
}
