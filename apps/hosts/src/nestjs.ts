import { MailerModule } from '@nestjs-modules/mailer'
import { Module, type Type } from '@nestjs/common'
import SMTPTransport from 'nodemailer/lib/smtp-transport'
import { icloudTransport, type IcloudOptions } from 'nodemailer-icloud'

/**
 * A module of NestJS whose `MailerService` sends through the wrapper. With decorators it is
 * `@Module({ imports: [MailerModule.forRoot({ transport })] })`.
 */
export function appModule(smtp: { host: string; port: number }, options: IcloudOptions): Type {
  const transport = icloudTransport(new SMTPTransport(smtp), options)
  // oxlint-disable-next-line typescript/no-extraneous-class -- modules of NestJS are such classes
  class AppModule {}
  Module({
    imports: [MailerModule.forRoot({ transport, defaults: { from: 'shop@example.com' } as object })],
  })(AppModule)
  return AppModule
}
