#!/usr/bin/perl
# SPDX-License-Identifier: MIT
# Stands in for a program that was built with gofail: serves its failpoints
# as gofail's runtime does (https://github.com/etcd-io/gofail), and has none.
# usage: gofail.pl PORT NAME[=TERM] ...
use strict;
use warnings;
use IO::Socket::INET;

my $port = shift;
my %terms = map { my ($name, $term) = split /=/; $name => $term // '' } @ARGV;
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1',
	LocalPort => $port, Listen => 16, ReuseAddr => 1) or die "$port: $!\n";

sub answer {
	my ($method, $name, $body) = @_;
	return (200, join("\n", map { "$_=$terms{$_}" } sort keys %terms) . "\n")
		if $method eq 'GET' && $name eq '';
	return (200, '7') if $method eq 'GET' && $name =~ s{/count$}{} &&
		$terms{$name};
	return (404, "failed to GET: failpoint: failpoint is disabled\n")
		if $method eq 'GET';
	return (400, "fail to set failpoint: failpoint does not exist\n")
		unless exists $terms{$name};
	return (400, "fail to set failpoint: failpoint: could not parse\n")
		if $method eq 'PUT' &&
		$body !~ /^(?:[\d.]+%|\d+\*)?(?:sleep|return|panic|off)/;
	$terms{$name} = $method eq 'PUT' ? $body : '';
	return (204, '');
}

while (my $client = $server->accept) {
	my ($method, $name) = (<$client> // '') =~ m{^(\w+) /(\S*)} or next;
	my ($length, $body) = (0, '');
	while (defined(my $line = <$client>)) {
		$length = $1 if $line =~ /^content-length: (\d+)/i;
		last if $line =~ /^\r?\n$/;
	}
	read $client, $body, $length if $length;
	my ($status, $text) = answer($method, $name, $body);
	print $client "HTTP/1.0 $status Said\r\n\r\n$text";
	close $client;
}
