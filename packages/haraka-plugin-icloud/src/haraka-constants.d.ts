declare module 'haraka-constants' {
  const constants: { ok: number; cont: number; deny: number; denysoft: number; delay: number }
  export default constants
}
