/** What a report says of one source. */
export interface Row {
  ip: string
  count: number
  dkim?: boolean
  spf?: boolean
  disposition?: string
  from?: string
  signer?: string
  envelope?: string
}

const verdict = (isPass = false): string => (isPass ? 'pass' : 'fail')

/** An aggregate report, as receivers send it. */
export function report(rows: readonly Row[], id = '1', organisation = 'Example Mail'): string {
  const records = rows.map(
    ({
      ip,
      count,
      dkim,
      spf,
      disposition = 'none',
      from = 'example.com',
      signer = from,
      envelope = from,
    }) => `
  <record>
    <row><source_ip>${ip}</source_ip><count>${count}</count>
      <policy_evaluated><disposition>${disposition}</disposition><dkim>${verdict(dkim)}</dkim><spf>${verdict(spf)}</spf></policy_evaluated>
    </row>
    <identifiers><header_from>${from}</header_from></identifiers>
    <auth_results>
      <dkim><domain>${signer}</domain><selector>s1</selector><result>${verdict(dkim)}</result></dkim>
      <spf><domain>${envelope}</domain><result>${verdict(spf)}</result></spf>
    </auth_results>
  </record>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<feedback>
  <report_metadata><org_name>${organisation}</org_name><report_id>${id}</report_id>
    <date_range><begin>1772496000</begin><end>1772582399</end></date_range></report_metadata>
  <policy_published><domain>example.com</domain><p>none</p></policy_published>${records.join('')}
</feedback>`
}
