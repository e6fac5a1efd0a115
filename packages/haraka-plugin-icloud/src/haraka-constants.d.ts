declare module 'haraka-constants' {
  const constants: { ok: number; cont: number; delay: number }
  export default constants
}
