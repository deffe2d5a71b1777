/** @type {import('next').NextConfig} */
export default {
  // The front door streams; compressing here would hold server-sent events back.
  compress: false,
  poweredByHeader: false,
  reactStrictMode: true,
  serverExternalPackages: ['pg', '@prisma/client', '@prisma/adapter-pg', '@node-rs/argon2', 'pino', 'nodemailer', 'undici', 'quickjs-emscripten'],
  devIndicators: false,
}
