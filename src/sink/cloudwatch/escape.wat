;; The inside of a JSON string from the bytes of a text, sixteen at a time; `npm run wasm` makes escape-wasm.ts of it.
;;
;; Memory, laid out by escape.ts:
;;
;;       0 ······ the text, at most 64 KiB, and 16 bytes that may be read behind it
;;   65600 ······ the prefix, 64 bytes
;;   65664 ······ 256 rows of 16: where each of the lower 8 bytes goes, by which of them must be escaped
;;   69760 ······ the same for the upper 8
;;   73856 ······ what is written
(module
  (memory (export "memory") 10)
  ;; Writes the first `prefix` bytes of the prefix to `out`, then the text up to `end`. Returns where that ends.
  (func (export "write") (param $end i32) (param $prefix i32) (param $out i32) (result i32)
    (local $from i32)
    (local $left i32)
    (local $byte i32)
    (local $mask i32)
    (local $half i32)
    (local $text v128)
    (local $control v128)
    (v128.store (local.get $out) (v128.load offset=65600 (i32.const 0)))
    (v128.store offset=16 (local.get $out) (v128.load offset=65616 (i32.const 0)))
    (v128.store offset=32 (local.get $out) (v128.load offset=65632 (i32.const 0)))
    (v128.store offset=48 (local.get $out) (v128.load offset=65648 (i32.const 0)))
    (local.set $out (i32.add (local.get $out) (local.get $prefix)))
    (loop $sixteen
      (if (i32.le_s (local.tee $left (i32.sub (local.get $end) (local.get $from))) (i32.const 0))
        (then (return (local.get $out))))
      (local.set $text (v128.load (local.get $from)))
      (local.set $control
        (i8x16.lt_u (local.get $text) (v128.const i32x4 0x20202020 0x20202020 0x20202020 0x20202020)))
      ;; What must be escaped: RFC 8259, section 7.
      (local.set $mask
        (i8x16.bitmask
          (v128.or
            (local.get $control)
            (v128.or
              (i8x16.eq (local.get $text) (v128.const i32x4 0x22222222 0x22222222 0x22222222 0x22222222))
              (i8x16.eq (local.get $text) (v128.const i32x4 0x5c5c5c5c 0x5c5c5c5c 0x5c5c5c5c 0x5c5c5c5c))))))
      (if (i32.and (i32.ge_s (local.get $left) (i32.const 16)) (i32.eqz (local.get $mask)))
        (then
          (v128.store (local.get $out) (local.get $text))
          (local.set $out (i32.add (local.get $out) (i32.const 16)))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (br $sixteen)))
      (if
        (i32.and
          (i32.ge_s (local.get $left) (i32.const 16))
          (i32.eqz (v128.any_true (local.get $control))))
        (then
          ;; Quotes and backslashes only. A row says for each byte that is written which one of the text it is; the last
          ;; of the other half stands for the backslash. There are no branches, for log lines are full of quotes.
          (local.set $half (i32.and (local.get $mask) (i32.const 255)))
          (v128.store
            (local.get $out)
            (i8x16.swizzle
              (i8x16.replace_lane 15 (local.get $text) (i32.const 0x5c))
              (v128.load offset=65664 (i32.shl (local.get $half) (i32.const 4)))))
          (local.set $out (i32.add (i32.add (local.get $out) (i32.const 8)) (i32.popcnt (local.get $half))))
          (local.set $half (i32.shr_u (local.get $mask) (i32.const 8)))
          (v128.store
            (local.get $out)
            (i8x16.swizzle
              (i8x16.replace_lane 7 (local.get $text) (i32.const 0x5c))
              (v128.load offset=69760 (i32.shl (local.get $half) (i32.const 4)))))
          (local.set $out (i32.add (i32.add (local.get $out) (i32.const 8)) (i32.popcnt (local.get $half))))
          (local.set $from (i32.add (local.get $from) (i32.const 16)))
          (br $sixteen)))
      ;; One by one: the next sixteen with a control byte among them, or the last few.
      (if (i32.gt_s (local.get $left) (i32.const 16)) (then (local.set $left (i32.const 16))))
      (loop $one
        (local.set $byte (i32.load8_u (local.get $from)))
        (if (i32.eqz (i32.and (local.get $mask) (i32.const 1)))
          (then
            (i32.store8 (local.get $out) (local.get $byte))
            (local.set $out (i32.add (local.get $out) (i32.const 1))))
          (else
            (if (i32.ge_u (local.get $byte) (i32.const 0x20))
              (then
                (i32.store8 (local.get $out) (i32.const 0x5c))
                (i32.store8 offset=1 (local.get $out) (local.get $byte))
                (local.set $out (i32.add (local.get $out) (i32.const 2))))
              (else
                ;; `\u00`, and two digits.
                (i32.store (local.get $out) (i32.const 0x3030755c))
                (i32.store8 offset=4
                  (local.get $out)
                  (i32.add (i32.const 0x30) (i32.shr_u (local.get $byte) (i32.const 4))))
                (local.set $byte (i32.and (local.get $byte) (i32.const 15)))
                (i32.store8 offset=5
                  (local.get $out)
                  (i32.add
                    (local.get $byte)
                    (select (i32.const 0x57) (i32.const 0x30) (i32.gt_u (local.get $byte) (i32.const 9)))))
                (local.set $out (i32.add (local.get $out) (i32.const 6)))))))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (local.set $mask (i32.shr_u (local.get $mask) (i32.const 1)))
        (br_if $one (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (br $sixteen))
    (unreachable)))
