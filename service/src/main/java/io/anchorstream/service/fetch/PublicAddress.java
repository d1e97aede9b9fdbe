package io.anchorstream.service.fetch;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * Tells addresses of the open internet from all others (IANA's special-purpose registries, RFC 6890). What a catalogue
 * names must not reach the machine itself, its network or a cloud's metadata service.
 */
final class PublicAddress {
    private PublicAddress() {}

    static boolean is(InetAddress address) {
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress()) {
            return false;
        }
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublic4(bytes, 0) : isPublic6(bytes);
    }

    private static boolean isPublic4(byte[] bytes, int at) {
        int a = bytes[at] & 0xff;
        int b = bytes[at + 1] & 0xff;
        int c = bytes[at + 2] & 0xff;
        return switch (a) {
            case 0, 10, 127 -> false;
            case 100 -> b < 64 || b > 127; // carriers' NAT
            case 169 -> b != 254;
            case 172 -> b < 16 || b > 31;
            case 192 -> b != 168 && !(b == 0 && (c == 0 || c == 2)) && !(b == 88 && c == 99);
            case 198 -> b != 18 && b != 19 && !(b == 51 && c == 100);
            case 203 -> !(b == 0 && c == 113);
            default -> a < 224; // multicast, reserved, broadcast
        };
    }

    private static boolean isPublic6(byte[] bytes) {
        int first = ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
        int second = ((bytes[2] & 0xff) << 8) | (bytes[3] & 0xff);
        if (first == 0x2002) { // 6to4 carries an IPv4 address
            return isPublic4(bytes, 2);
        }
        if (first == 0x64
                && second == 0xff9b) { // NAT64 does too, behind a /96; 64:ff9b:1::/48 is for local use (RFC 8215)
            return zeros(bytes, 4, 12) && isPublic4(bytes, 12);
        }
        if (first == 0x2001) { // Teredo, benchmarks, documentation
            return second > 0x01ff && second != 0x0db8;
        }
        return (first & 0xe000) == 0x2000; // 2000::/3 is all that is given out
    }

    private static boolean zeros(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
