package org.tfgancompress.core

/**
 * Reads JSON as maps, lists, strings, doubles, booleans and null.
 *
 * Written here because the JVM has no reader of its own, and this module no dependencies.
 */
class Json private constructor(private val text: String) {
    private var at = 0

    private fun value(): Any? {
        skipSpace()
        return when (val next = peek()) {
            '{' -> objectValue()
            '[' -> listValue()
            '"' -> string()
            't' -> literal("true", true)
            'f' -> literal("false", false)
            'n' -> literal("null", null)
            else -> if (next == '-' || next in '0'..'9') number() else fail("a value")
        }
    }

    private fun objectValue(): Map<String, Any?> {
        val entries = LinkedHashMap<String, Any?>()
        items('{', '}') {
            skipSpace()
            val key = string()
            skipSpace()
            expect(':')
            entries[key] = value()
        }
        return entries
    }

    private fun listValue(): List<Any?> {
        val values = mutableListOf<Any?>()
        items('[', ']') { values += value() }
        return values
    }

    private fun items(open: Char, close: Char, item: () -> Unit) {
        expect(open)
        skipSpace()
        if (peek() != close) {
            item()
            skipSpace()
            while (peek() == ',') {
                at++
                item()
                skipSpace()
            }
        }
        expect(close)
    }

    private fun string(): String {
        expect('"')
        val result = StringBuilder()
        while (peek() != '"') result.append(if (peek() == '\\') escape() else text[at++])
        at++
        return result.toString()
    }

    private fun escape(): Char {
        at++
        val kind = peek()
        at++
        if (kind == 'u') {
            val code = text.substring(at, minOf(at + 4, text.length)).toIntOrNull(16)
                ?: fail("four hexadecimal digits")
            at += 4
            return code.toChar()
        }
        return ESCAPES[kind] ?: fail("an escape")
    }

    private fun number(): Double {
        val end = (at until text.length).firstOrNull { text[it] !in NUMBER } ?: text.length
        val parsed = text.substring(at, end).toDoubleOrNull() ?: fail("a number")
        at = end
        return parsed
    }

    private fun <T> literal(word: String, meaning: T): T {
        if (!text.startsWith(word, at)) fail(word)
        at += word.length
        return meaning
    }

    private fun skipSpace() {
        while (at < text.length && text[at] in " \t\r\n") at++
    }

    private fun peek(): Char = text.getOrNull(at) ?: fail("more")

    private fun expect(wanted: Char) {
        if (peek() != wanted) fail("'$wanted'")
        at++
    }

    private fun fail(wanted: String): Nothing =
        throw IllegalArgumentException("This must be JSON: $wanted expected at character $at.")

    companion object {
        private const val NUMBER = "+-.0123456789eE"
        private val ESCAPES = mapOf(
            '"' to '"',
            '\\' to '\\',
            '/' to '/',
            'b' to '\b',
            'f' to '\u000C',
            'n' to '\n',
            'r' to '\r',
            't' to '\t',
        )

        /**
         * The value that `text` holds.
         *
         * @throws IllegalArgumentException if it is not JSON, naming the character.
         */
        fun parse(text: String): Any? {
            val reader = Json(text)
            val value = reader.value()
            reader.skipSpace()
            if (reader.at != text.length) reader.fail("the end")
            return value
        }
    }
}
