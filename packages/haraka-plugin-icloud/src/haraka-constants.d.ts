declare module 'haraka-constants' {
  const constants: { ok: number; cont: number; deny: number; delay: number }
  export default constants
}
