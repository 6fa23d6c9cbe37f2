#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Takes what is posted to it, as a server of traces does. Usage: collector.pl
# FILE: says its port, and adds each body to the file as a line.
use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(
	Listen    => 5,
	LocalAddr => '127.0.0.1',
) or die "cannot listen: $!\n";
$| = 1;
print $server->sockport, "\n";
open my $out, '>>', $ARGV[0] or die "$ARGV[0]: $!\n";
$out->autoflush(1);
while (my $client = $server->accept) {
	my $length = 0;
	while (my $line = <$client>) {
		$length = $1 if $line =~ /^content-length:\s*(\d+)/i;
		last if $line =~ /^\r?\n$/;
	}
	my $body = '';
	read $client, $body, $length;
	$body =~ s/\n//g;
	print $out "$body\n";
	print $client "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n",
		"Connection: close\r\n\r\n";
	close $client;
}
