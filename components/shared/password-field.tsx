'use client';

import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

interface PasswordFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  kind: 'current-password' | 'new-password';
  hint?: string;
  error?: string | null;
}

/** Allows paste and password managers, and can be looked at. */
export function PasswordField({ label, value, onChange, kind, hint, error }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <Field label={label} hint={hint} error={error}>
        <Input
          type={shown ? 'text' : 'password'}
          name="password"
          autoComplete={kind}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className="pr-9"
          required
        />
      </Field>
      <Button
        variant="ghost"
        size="icon"
        className="absolute top-[26px] right-0.5 size-7"
        aria-label={shown ? 'Mask password' : 'Show password'}
        aria-pressed={shown}
        onClick={() => setShown(!shown)}
      >
        {shown ? <EyeOff aria-hidden className="size-4" /> : <Eye aria-hidden className="size-4" />}
      </Button>
    </div>
  );
}
