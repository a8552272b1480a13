import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';

const TYPES = ['Unspec', 'TransferLog', 'syslog', 'SystemLog', 'ExtendedLog', 'TraceLog'];

export class SessionEventDto {
  @IsString()
  @Length(1, 255)
  node!: string;

  @IsString()
  @Length(1, 255)
  session!: string;

  @IsOptional()
  @IsIn(TYPES)
  type?: string;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(255)
  level?: number;

  @IsOptional()
  @IsInt()
  time?: number;

  @IsOptional()
  @IsInt()
  pid?: number;

  @IsOptional()
  @IsInt()
  seq?: number;

  @IsOptional()
  @IsString()
  message?: string;

  @IsOptional()
  @IsString()
  criterion?: string;

  @IsOptional()
  @IsString()
  end?: string;
}
