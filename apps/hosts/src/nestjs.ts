import 'reflect-metadata'
import { MailerModule, type MailerService } from '@nestjs-modules/mailer'
import { Module, type DynamicModule } from '@nestjs/common'
import type { Transporter } from 'nodemailer'
import { withIcloud, type IcloudOptions } from 'nodemailer-icloud'

/** An application whose `MailerService` goes through the wrapper: the transporter of its factory is wrapped. */
export class AppModule {
  static with(smtp: object, options: IcloudOptions): DynamicModule {
    const factory = {
      createTransport: (transport: object): Transporter => withIcloud(createTransport(transport), options),
    }
    return { module: AppModule, imports: [MailerModule.forRoot({ transport: smtp })] }
  }
}
