/** @type {import('next').NextConfig} */
export default {
  // Scripts, pages and answers: a third of the size. Streams of news say `no-transform` and stay as they are.
  compress: true,
  poweredByHeader: false,
  reactStrictMode: true,
  serverExternalPackages: ['pg', '@prisma/client', '@prisma/adapter-pg', '@node-rs/argon2', 'pino', 'nodemailer', 'undici', 'quickjs-emscripten'],
  devIndicators: false,
}
